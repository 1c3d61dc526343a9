/** Counts the answers on a raw connection, of which each has a length and has to have this status. */
export function onAnswers(socket, status, answered) {
  const expected = `HTTP/1.1 ${status} `;
  let rest = "";
  socket.on("data", (chunk) => {
    rest += chunk.latin1Slice();
    for (;;) {
      const end = rest.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(rest)?.[1]);
      if (end < 0 || rest.length < end + 4 + length) return;
      if (!rest.startsWith(expected)) fail(new Error(rest));
      rest = rest.slice(end + 4 + length);
      answered();
    }
  });
  socket.on("error", fail);
}

function fail(error) {
  console.error(error.message);
  process.exit(1);
}
