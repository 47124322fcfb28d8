// Calls Rebilly's SDK for Node; see stripe_python.py.

import { createRequire } from "node:module";
import readline from "node:readline";

const require = createRequire(process.env.NODE_FOLDER + "/");
const { default: RebillyAPI } = require("rebilly-js-sdk");

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { url, key } = JSON.parse((await lines.next()).value);
const api = RebillyAPI({ apiKey: key, urls: { live: url, sandbox: url }, timeout: 30000 });

async function call(method, _arguments, options) {
  try {
    const answer = await api.customers[method](options);
    const { status, headers } = answer.response ?? {};
    if (answer.items) return { result: answer.items.map((item) => item.fields), total: answer.total, status };
    return { result: answer.fields ?? null, status, headers };
  } catch (error) {
    const { name, status, message, invalidFields, response } = error;
    return { error: { class: name, status, message, invalidFields, headers: response?.headers } };
  }
}

for await (const line of lines) console.log(JSON.stringify(await call(...JSON.parse(line))));
