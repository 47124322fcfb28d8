// Calls Stripe's SDK for Node; see stripe_python.py. It has no base path, so the API has to be at the root of its host.

import http from "node:http";
import { createRequire } from "node:module";
import readline from "node:readline";

const require = createRequire(process.env.NODE_FOLDER + "/");
const Stripe = require("stripe");

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { url, key } = JSON.parse((await lines.next()).value);
const { hostname, port } = new URL(url);
// Not every resolver knows that *.localhost is this machine (RFC 6761).
const httpAgent = new http.Agent({ lookup: (_name, options, done) => (options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4)) });
const stripe = new Stripe(key, { host: hostname, port, protocol: "http", httpAgent, telemetry: false, timeout: 30000 });

async function call(method, args, options) {
  try {
    if (method === "list_all") {
      const all = [];
      for await (const customer of stripe.customers.list(options)) all.push(customer);
      return { result: all };
    }
    if (method === "delete_all") {
      const all = [];
      for await (const customer of stripe.customers.list(options)) all.push((await stripe.customers.del(customer.id)).id);
      return { result: all };
    }
    const methods = { delete: "del" };
    const { idempotency_key: idempotencyKey, ...parameters } = options;
    const sent = Object.keys(parameters).length ? [parameters] : [];
    const name = typeof stripe.customers[method] === "function" ? method : methods[method];
    const result = await stripe.customers[name](...args, ...sent, ...(idempotencyKey ? [{ idempotencyKey }] : []));
    return { result, headers: result.lastResponse.headers };
  } catch (error) {
    const { type, statusCode: status, code, param, message, requestId: request_id, headers } = error;
    return { error: { class: type, status, code, param, message, request_id, headers } };
  }
}

for await (const line of lines) console.log(JSON.stringify(await call(...JSON.parse(line))));
