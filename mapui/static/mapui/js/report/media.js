// media.js - photos and the recording of a report as the files that are kept and sent. Knows no store and no server.
// Whoever has spoken need not write.

import { find } from "../core/dom.js";
import { choosePhotos } from "./photos.js";
import { recordVoice } from "./voice.js";

/** {ready(), files() → Promise of [{buffer, type, name}], restore(files)}; `onChange()` after each change by the person. */
export function chooseMedia(form, onChange) {
  const photos = choosePhotos(find("[data-photos]", form), { onchange: onChange });
  const askForWords = () => {
    find("[name=text]", form).required = !voice.note();
  };
  const voice = recordVoice(find("[data-voice]", form), {
    onchange() {
      askForWords();
      onChange();
    },
  });
  return {
    ready: () => Promise.all([photos.ready(), voice.ready()]),
    async files() {
      const note = voice.note();
      const pictures = photos.files().map(async (file) => ({ buffer: await file.arrayBuffer(), type: file.type, name: file.name }));
      const sound = note && { buffer: await note.blob.arrayBuffer(), type: note.type, name: "voice", seconds: note.seconds };
      return [...(await Promise.all(pictures)), ...(sound ? [sound] : [])];
    },
    async restore(files) {
      const sounds = files.filter(({ type }) => type.startsWith("audio/"));
      const pictures = files.filter((file) => !sounds.includes(file));
      if (pictures.length) photos.restore(pictures.map(({ buffer, type, name }) => new File([buffer], name || "photo.jpg", { type })));
      for (const { buffer, type, seconds = 0 } of sounds) voice.restore({ blob: new Blob([buffer], { type }), type, seconds });
      askForWords();
    },
  };
}
