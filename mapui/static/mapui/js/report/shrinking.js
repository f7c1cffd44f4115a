// shrinking.js - makes a photo small enough for a village line, upright, without its notes. Knows no page.

export const ENOUGH_BYTES = 300_000;
const LARGE_BYTES = 1_000_000; // from here on it is worth decoding it small, so that 12 megapixels never lie in memory whole
// Longer edge in pixels, JPEG quality; tried in this order until the photo is small enough.
const STEPS = [[1600, 0.8], [1600, 0.7], [1600, 0.6], [1280, 0.6], [1024, 0.55], [800, 0.5], [640, 0.45]];
const UPRIGHT = { imageOrientation: "from-image" };

/** The photo as a JPEG file of at most 300 kB, upright, EXIF gone; as it is if this browser cannot read it, or it needs neither. */
export async function shrink(blob) {
  if (blob.size <= ENOUGH_BYTES && blob.type !== "image/jpeg") return blob;
  const picture = await decoded(blob);
  if (!picture) return blob;
  try {
    const made = await smallest(picture);
    return made ? new File([made], nameOf(blob), { type: "image/jpeg" }) : blob;
  } finally {
    picture.close?.();
  }
}

const nameOf = ({ name = "photo" }) => `${name.replace(/\.\w+$/, "")}.jpg`;

/** Something a canvas can draw, or null. Old browsers lack `createImageBitmap`, or some of its options: then an <img> does it. */
async function decoded(blob) {
  const ways = [() => asImage(blob)];
  if (globalThis.createImageBitmap) {
    ways.unshift(() => createImageBitmap(blob, UPRIGHT));
    if (blob.size > LARGE_BYTES) ways.unshift(() => createImageBitmap(blob, { ...UPRIGHT, resizeWidth: STEPS[0][0], resizeQuality: "high" }));
  }
  for (const way of ways) {
    try {
      return await way();
    } catch {
      // the next way
    }
  }
  return null;
}

async function asImage(blob) {
  const url = URL.createObjectURL(blob);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function smallest(picture) {
  const width = picture.naturalWidth ?? picture.width;
  const height = picture.naturalHeight ?? picture.height;
  let made = null;
  for (const [edge, quality] of STEPS) {
    const canvas = drawn(picture, width, height, Math.min(1, edge / Math.max(width, height)));
    made = await new Promise((resolve) => {
      canvas.toBlob(resolve, "image/jpeg", quality);
    });
    canvas.width = canvas.height = 0; // old iPhones keep the memory of a canvas until it is asked for again
    if (!made || made.size <= ENOUGH_BYTES) break;
  }
  return made;
}

function drawn(picture, width, height, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff"; // below what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}
