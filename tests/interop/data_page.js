// Reads messages of a WebSocket: for a test to call.
window.readLines = (path, count, withinMs) =>
  new Promise((resolve, reject) => {
    const lines = [];
    const socket = new WebSocket(`ws://${location.host}${path}`);
    const late = setTimeout(() => reject(new Error(`${lines.length} lines`)), withinMs);
    socket.onerror = () => reject(new Error("no connection"));
    socket.onmessage = (event) => {
      lines.push(event.data);
      if (lines.length < count) return;
      clearTimeout(late);
      socket.close();
      resolve(lines);
    };
  });
