import { type AddPictureBody, BytesClient, type File, type Picture, type SetBytesRequest } from "./expected/index.js";

const client = () => new BytesClient();
const bytes = new Uint8Array([0, 255]);
export const file: File = new Blob([bytes]);
export const upload = (): Promise<Picture> =>
  client().addPicture({
    body: {
      file: bytes,
      more: [file, bytes],
      cover: null,
      about: { preview: "a" },
      icon: bytes,
      encoded: "AP8=",
      page: "<p>",
    },
  });
export const text: Picture = { thumbnail: "a", previews: ["b", null] };
export const urlEncoded = () => client().setPictures({ body: { raw: "a" } });
export const whole: SetBytesRequest = { path: { id: "a" }, body: file };

// @ts-expect-error JSON has no bytes.
export const inJson: Picture = { thumbnail: bytes };
// @ts-expect-error Nor has JSON inside a form.
export const inPart: AddPictureBody = { file: bytes, about: { preview: bytes } };
// @ts-expect-error Nor a form of texts.
export const inForm = () => client().setPictures({ body: { raw: bytes } });
// @ts-expect-error A file is no text.
export const noText: AddPictureBody = { file: "a" };
