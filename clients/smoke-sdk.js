// The SDK for JavaScript: a flow, an execution with inputs, searches, an export.
// usage: node smoke-sdk.js FOLDER_OF_NODE_MODULES URL USER PASSWORD
const [folder, url, user, password] = process.argv.slice(2);

// The published package imports files that it does not have; empty ones stand in for them.
const Module = require("module");
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  try {
    return resolve.call(this, request, parent, ...rest);
  } catch (error) {
    if (!parent?.filename?.includes("kestra-sdk") || !request.startsWith(".")) throw error;
    return require.resolve("./missing.js");
  }
};
const sdk = require(`${folder}/@kestra-io/kestra-sdk`);
const Client = sdk.KestraClient || require(`${folder}/@kestra-io/kestra-sdk/dist/KestraClient.js`).default;
const client = new Client(url, null, user, password);
const TENANT = "main";
const NAMESPACE = "smoke.javascript";
const FLOW = `id: hello
namespace: ${NAMESPACE}
inputs:
  - {id: n, type: INT, defaults: 1}
tasks:
  - {id: log, type: io.kestra.plugin.core.log.Log, message: "{{ inputs.n }}"}
`;

// The client calls back; a promise is easier to wait for.
const call = (api, name, ...given) =>
  new Promise((resolve, reject) =>
    api[name](...given, (error, data, response) =>
      error ? reject(new Error(`${error.status ?? ""} ${error.response?.text ?? error.message}`)) : resolve({ data, response }),
    ),
  );
let passed = 0;
let failed = 0;
const check = async (name, what) => {
  try {
    const result = await what();
    passed += 1;
    console.log(`ok      ${name}`);
    return result;
  } catch (error) {
    failed += 1;
    console.log(`not ok  ${name}: ${String(error.message).slice(0, 300)}`);
  }
};
const equal = (given, wanted) => {
  if (given !== wanted) throw new Error(`${JSON.stringify(given)}, not ${JSON.stringify(wanted)}`);
};

(async () => {
  const { flowsApi, executionsApi, kvApi, logsApi } = client;
  await check("a flow is created", async () => equal((await call(flowsApi, "createFlow", TENANT, FLOW)).data.id, "hello"));
  const id = await check("an execution is created and waited for", async () => {
    // The generated function takes the answer for a list, which it never was; pages do it so.
    const form = new FormData();
    form.append("n", "3");
    const headers = { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
    const answer = await fetch(`${url}/api/v1/main/executions/${NAMESPACE}/hello?wait=true`, { method: "POST", body: form, headers });
    const created = await answer.json();
    equal(created.state.current, "SUCCESS");
    return created.id;
  });
  await check("it is read", async () => equal((await call(executionsApi, "getExecution", id, TENANT)).data.id, id));
  await check("executions are searched", async () =>
    equal((await call(executionsApi, "searchExecutions", 1, 10, TENANT, {})).data.total > 0, true));
  await check("flows are searched", async () => equal((await call(flowsApi, "searchFlows", 1, 10, TENANT, {})).data.total > 0, true));
  await check("logs are listed", async () => call(logsApi, "listLogsFromExecution", id, TENANT, {}));
  await check("flows are exported", async () => call(flowsApi, "exportFlowsByQuery", TENANT, {}));
  await check("a key is set", async () => call(kvApi, "setKeyValue", NAMESPACE, "k", TENANT, '"v"'));
  await check("a key is read", async () => equal((await call(kvApi, "getKeyValue", NAMESPACE, "k", TENANT)).data.value, "v"));
  await check("a flow is deleted", async () => call(flowsApi, "deleteFlow", NAMESPACE, "hello", TENANT));
  console.log(`kestra-sdk for JavaScript: ${passed} passed, ${failed} failed`);
})();
