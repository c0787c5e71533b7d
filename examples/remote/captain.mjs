// A captain over HTTP with Node alone: `node examples/remote/captain.mjs [PORT]`.
//
// It prints its address, and answers each question by a pure function of the request. With the
// environment variable CAPTAIN_TOKEN set it wants that as bearer token.

import { createServer } from "node:http";

const TOKEN = process.env.CAPTAIN_TOKEN;

// The call that answers the question: of names the first that is legal, else as it pleases.
function answer(request) {
  const tool = request.observation.available_tools.find((offer) => offer.commits);
  const player = tool.parameters.properties.player?.enum[0];
  const own = { toss: { elect: "field" }, batter: { player }, bowler: { player }, shot: { aggression: 0.5 } };
  return { tool: tool.name, arguments: own[request.asked] ?? {} };
}

function reply(response, status, document) {
  const body = JSON.stringify(document);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}

const server = createServer(async (request, response) => {
  try {
    const parts = [];
    for await (const part of request) parts.push(part); // throws where whoever asks hangs up
    if (TOKEN !== undefined && request.headers.authorization !== `Bearer ${TOKEN}`) {
      return reply(response, 401, { error: "unauthorized" });
    }
    reply(response, 200, answer(JSON.parse(Buffer.concat(parts).toString())));
  } catch {
    reply(response, 400, { error: "not a request of captains" });
  }
});

server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
