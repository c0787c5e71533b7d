// Two ways to hear the bus: a WebSocket, and server-sent events where something between us breaks those.
// Each takes where to listen and two handlers, and returns what ends it without a word.

/** `onMessage(message)` as the bus sends them, `onClosed(code)` once. */
export function overWebSocket(url, onMessage, onClosed) {
  const socket = new WebSocket(url.href.replace(/^http/, "ws"));
  socket.onmessage = ({ data }) => onMessage(JSON.parse(data));
  socket.onclose = ({ code }) => onClosed(code);
  return () => {
    socket.onmessage = socket.onclose = null;
    // Browsers log an error where a socket is closed that is not open yet.
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket.close();
  };
}

export function overServerSentEvents(url, onMessage, onClosed) {
  const source = new EventSource(url.href.replace(/\/ws\?/, "/sse?"));
  source.onmessage = ({ data }) => onMessage({ t: "events", events: [JSON.parse(data)] });
  for (const name of ["featured", "hello", "snapshot", "ping"]) {
    source.addEventListener(name, ({ data }) => onMessage(JSON.parse(data)));
  }
  source.onerror = () => {
    source.close(); // it would come back by itself, but not from where we stand
    onClosed(null);
  };
  return () => source.close();
}
