// VGG16's manifest by hand (the fields are those of the literature, not computed here), and chance with a seed.

const FIELDS = `
block1_conv1 224 64 3 1 1
block1_conv2 224 64 5 1 2
block1_pool 112 64 6 2 2
block2_conv1 112 128 10 2 4
block2_conv2 112 128 14 2 6
block2_pool 56 128 16 4 6
block3_conv1 56 256 24 4 10
block3_conv2 56 256 32 4 14
block3_conv3 56 256 40 4 18
block3_pool 28 256 44 8 18
block4_conv1 28 512 60 8 26
block4_conv2 28 512 76 8 34
block4_conv3 28 512 92 8 42
block4_pool 14 512 100 16 42
block5_conv1 14 512 132 16 58
block5_conv2 14 512 164 16 74
block5_conv3 14 512 196 16 90
block5_pool 7 512 212 32 90`;

const twice = (text) => [Number(text), Number(text)];

const layers = FIELDS.trim().split("\n").map((line, place, lines) => {
  const [name, side, channels, size, stride, padding] = line.split(" ");
  const pool = name.endsWith("pool");
  return {
    name,
    kind: pool ? "pooling" : "convolution",
    rows: Number(side),
    columns: Number(side),
    channels: Number(channels),
    reads: place ? lines[place - 1].split(" ")[0] : "input",
    signed: false,
    bytes: { maps: 1_000_000, kernels: 1000 },
    sheet: { columns: 8, tile: twice(Math.min(side, 56)) },
    field: { size: twice(size), stride: twice(stride), padding: twice(padding) },
    kernel: pool ? null : { size: [3, 3], stride: [1, 1], padding: [1, 1], activation: "relu" },
  };
});

const picture = (id, factor) => ({
  id,
  title: id,
  rows: 224,
  columns: 224,
  maximum: Object.fromEntries(layers.map(({ name }, place) => [name, factor * (place + 1)])),
});

const deepFreeze = (value) => {
  if (value && typeof value === "object") Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
};

export const manifest = deepFreeze({
  version: 1,
  provenance: "by hand",
  pictures: [picture("cat", 10), picture("rocket", 7), picture("null", 1)],
  input: { channels: ["blue", "green", "red"] },
  layers,
});

export const layer = (name) => layers.find((each) => each.name === name);

/** A function that gives whole numbers from 0 to below its argument, the same ones each time. */
export function chance(seed) {
  let bits = seed >>> 0;
  return (below) => {
    bits = (Math.imul(bits, 1664525) + 1013904223) >>> 0;
    return Math.floor((bits / 2 ** 32) * below);
  };
}

/** An action that the state accepts. */
export function anyAction(state, roll) {
  const { rows, columns, channels } = layer(state.layer);
  const one = (list) => list[roll(list.length)];
  const pictures = manifest.pictures.map(({ id }) => id);
  return one([
    { type: "picture", value: one(pictures) },
    { type: "compare", value: one([null, ...pictures]) },
    { type: "layer", value: one(layers).name },
    { type: "channel", value: roll(channels) },
    { type: "cell", value: one([null, [roll(rows), roll(columns)]]) },
    { type: "sort", value: one(["here", "strength", "zeros", "number"]) },
    { type: "shows", value: one(["now", "before", "change"]) },
    { type: "view", value: one(["channels", "passport", "cell", "change", "network"]) },
    { type: "where", value: one([null, "Egyptian-cat", "a/b c+d&e=f:g%"]) },
    { type: "tour", value: one([null, 1, 7]) },
    { type: "switch", layer: state.layer, channel: roll(channels) },
    { type: "off", value: one([{}, { block5_conv3: [183, 427], block1_pool: [roll(64)] }]) },
    { type: "go", value: { cell: null, layer: "block5_pool", channel: roll(512), picture: one(pictures) } },
    { type: "scale", value: one(["channel", "layer", "network"]) },
    { type: "over", value: one([true, false]) },
    { type: "move", rows: roll(41) - 20, columns: roll(41) - 20 },
  ]);
}
