// The layout of the page's modules: their folders, which way they import, and the length of their functions.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import test from "node:test";
import ts from "typescript";

const PAGE = fileURLToPath(new URL("../../../vggviz/explorer/page/", import.meta.url));

/** A module imports only from its own folder and from those before it; what is at the top, from all. */
const FOLDERS = ["arithmetic", "answer", "state", "paint", "views", "live", "gradients", "own_image", "change", "passport", "find", "tour"];

/** Where a browser must find them: what index.html loads, and the service worker, for the folder that it serves. */
const AT_THE_TOP = ["begin.js", "main.js", "service_worker.js"];

const MOST_LINES = 30;

/** Written by Python from LiteRT.js, not part of the page. */
const OF_THE_RUNTIME = ["live/litert.js", "litert_wasm_threaded_internal.js"];

const paths = readdirSync(PAGE, { recursive: true }).map((path) => path.split(sep).join("/"));
const modules = paths.filter((path) => path.endsWith(".js")).map(parsed);

function parsed(path) {
  const text = readFileSync(join(PAGE, path), "utf8");
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS) };
}

/** All nodes of a tree, the outer ones first. */
function* nodes(node) {
  yield node;
  const children = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodes(child);
}

/** Each function with a body: where it begins, its name if it has one, and how many lines it takes. */
function functions({ path, tree }) {
  const line = (place) => tree.getLineAndCharacterOfPosition(place).line;
  return [...nodes(tree)].filter((node) => ts.isFunctionLike(node) && node.body).map((node) => {
    const [first, last] = [line(node.getStart()), line(node.end)];
    return { where: `${path}:${first + 1} ${node.name?.getText() ?? ""}`, lines: last - first + 1 };
  });
}

const isAtOnce = (node) => ts.isImportDeclaration(node) || ts.isExportDeclaration(node);

/** What a module imports, as paths below the page's folder. */
function imported({ path, tree }, counts = (node) => isAtOnce(node) || isImportCall(node)) {
  return [...nodes(tree)]
    .filter(counts)
    .map((node) => node.moduleSpecifier ?? node.arguments?.[0])
    .filter((name) => name && ts.isStringLiteral(name))
    .map((name) => relative(PAGE, join(PAGE, dirname(path), name.text)).split(sep).join("/"));
}

const isImportCall = (node) => ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;

const rank = (path) => (path.includes("/") ? FOLDERS.indexOf(path.split("/")[0]) : FOLDERS.length);

test("no function is longer than 30 lines", () => {
  const all = modules.flatMap(functions);
  assert.ok(all.length > 300, `${all.length} functions were found`);
  assert.deepEqual(all.filter(({ lines }) => lines > MOST_LINES), []);
});

test("a function of 31 lines would be found, whatever its form", () => {
  const body = "{\n" + "  f();\n".repeat(29) + "}";
  for (const head of ["function a() ", "const a = () => ", "class A { m() ", "const a = { m() ", "class A { get m() "]) {
    const text = head + body + (head.includes("{ ") ? " }" : "");
    const tree = ts.createSourceFile("a.js", text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
    assert.deepEqual(functions({ path: "a.js", tree }).map(({ lines }) => lines), [31], head);
  }
});

test("every module is in one of the folders, or must be at the top", () => {
  const top = modules.filter(({ path }) => !path.includes("/")).map(({ path }) => path);
  assert.deepEqual(top.sort(), AT_THE_TOP);
  const folders = new Set(modules.map(({ path }) => dirname(path)));
  assert.deepEqual([...folders].sort(), [".", ...FOLDERS].sort());
});

test("imports run one way, and lead to a module", () => {
  let count = 0;
  for (const module of modules) {
    for (const path of imported(module)) {
      count += 1;
      assert.ok(paths.includes(path), `${module.path} imports ${path}, which is not there`);
      assert.ok(rank(path) <= rank(module.path), `${module.path} imports ${path}`);
    }
  }
  assert.ok(count > 100, `${count} imports were found`);
});

test("scripts and styles that are named in a text are there", () => {
  const named = modules.flatMap(({ tree }) => [...nodes(tree)])
    .filter((node) => ts.isStringLiteral(node) && /^[\w/]+\.(js|css)$/.test(node.text))
    .map(({ text }) => text)
    .filter((path) => !OF_THE_RUNTIME.includes(path));
  const html = readFileSync(join(PAGE, "index.html"), "utf8");
  named.push(...[...html.matchAll(/(?:src|href)="([\w/.]+)"/g)].map(([, path]) => path));
  assert.ok(named.includes("live/worker.js") && named.includes("service_worker.js") && named.includes("styles/base.css"));
  assert.deepEqual(named.filter((path) => !paths.includes(path)), []);
});

test("begin.js preloads what main.js imports, but for what is loaded when it is asked for", () => {
  const reached = new Set(["main.js"]);
  for (const path of reached) imported(modules.find((module) => module.path === path), isAtOnce).forEach((each) => reached.add(each));
  const { text } = modules.find(({ path }) => path === "begin.js");
  const listed = new Function(`return ${text.match(/const MODULES = (\{.*?\n\});/s)[1]}`)();
  const preloaded = Object.entries(listed).flatMap(([folder, names]) => names.map((name) => `${folder}/${name}.js`));
  assert.deepEqual(["main.js", ...preloaded].sort(), [...reached].sort());
});
