// graphile-worker as the peer of benches/queue.rs: `drain N` prints jobs a second, `latency N` the
// milliseconds from the answer of addJob to the start of each task, one every 20 ms.
import { createRequire } from "node:module";

const require = createRequire(
  new URL("../../target/bench-tools/graphile/package.json", import.meta.url),
);
const { run, runMigrations, makeWorkerUtils, Logger } = require("graphile-worker");

const [what, count] = [process.argv[2], Number(process.argv[3])];
const connectionString = process.env.PEER_URL;
const logger = new Logger(() => () => {});
await runMigrations({ connectionString, logger });
const utils = await makeWorkerUtils({ connectionString, logger });

const started = new Map();
let done = 0;
const taskList = {
  noop: (payload) => {
    started.set(payload.n, performance.now());
    done += 1;
  },
};
const options = { connectionString, logger, taskList, concurrency: 64, noHandleSignals: true };
// Its own settings for speed, as its documentation recommends them for high throughput.
const fast = { worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } };
const until = async (condition) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
};
const left = async () =>
  utils.withPgClient(async (client) => {
    const { rows } = await client.query("select count(*)::int as n from graphile_worker._private_jobs");
    return rows[0].n;
  });

if (what === "drain") {
  await utils.withPgClient((client) =>
    client.query(
      "select graphile_worker.add_jobs(array(select json_populate_record(null::graphile_worker.job_spec, " +
        "json_build_object('identifier', 'noop', 'payload', json_build_object('n', n))) " +
        "from generate_series(1, $1::int) n))",
      [count],
    ),
  );
  const began = performance.now();
  const runner = await run({ ...options, preset: fast });
  await until(() => done >= count);
  await until(async () => (await left()) === 0);
  console.log(count / ((performance.now() - began) / 1000));
  await runner.stop();
} else {
  const runner = await run(options);
  await utils.addJob("noop", { n: -1 });
  await until(() => done >= 1);
  const added = [];
  for (let n = 0; n < count; n += 1) {
    const next = performance.now() + 20;
    await utils.addJob("noop", { n });
    added.push(performance.now());
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
  }
  await until(() => done >= count + 1);
  console.log(added.map((at, n) => Math.max(0, started.get(n) - at).toFixed(3)).join(" "));
  await runner.stop();
}
await utils.release();
process.exit(0);
