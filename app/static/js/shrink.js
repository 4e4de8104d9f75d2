// Photos are made smaller on the phone before they are sent: a village has little signal. What cannot be read is sent as it is.

async function smaller(file, side) {
  const picture = await createImageBitmap(file);
  const by = Math.min(1, side / Math.max(picture.width, picture.height));
  if (by === 1 && file.size < 600000) return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * by);
  canvas.height = Math.round(picture.height * by);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", .82));
  return blob ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
}

async function shrink(input) {
  const chosen = new DataTransfer();
  for (const file of input.files) chosen.items.add(await smaller(file, Number(input.dataset.shrink) || 1600).catch(() => file));
  input.files = chosen.files;
}

document.addEventListener("change", (event) => {
  const input = event.target.closest("input[type=file][data-shrink]");
  if (input?.files.length) shrink(input);
});
