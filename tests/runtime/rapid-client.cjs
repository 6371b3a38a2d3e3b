// Preloaded with `--require`. Replaces `rapid-client.node`, the compiled part of AWS's runtime client that calls
// the Runtime API. The rest of the runtime client is unmodified.
const http = require("node:http");
const Module = require("node:module");

const [hostname, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? "").split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

/** The last post. The next invocation is requested after it. */
let posted = Promise.resolve();

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body !== undefined && {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    };
    const request = http.request(
      { hostname, port, agent, method, path: `/2018-06-01/runtime${path}`, headers },
      (response) => {
        let bodyJson = "";
        response.setEncoding("utf8");
        response.on("data", (text) => {
          bodyJson += text;
        });
        response.on("end", () => resolve({ bodyJson, headers: response.headers }));
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

function post(path, body) {
  posted = posted.then(() => call("POST", path, body)).catch(() => process.exit(1));
}

const client = {
  initializeClient() {},
  next: () => posted.then(() => call("GET", "/invocation/next")),
  done: (id, body) => post(`/invocation/${id}/response`, body),
  error: (id, body) => post(`/invocation/${id}/error`, body),
};

const load = Module._load;
Module._load = function (request, ...rest) {
  return request.endsWith("rapid-client.node") ? client : load.call(this, request, ...rest);
};
