// Loads a table of times and values into DuckDB, or asks it, and prints what it took as one line of JSON.
import { DuckDBInstance } from "@duckdb/node-api";

const [what, file, arg, runs] = process.argv.slice(2);
const db = await DuckDBInstance.create(file);
const conn = await db.connect();

const timed = async (n, sql) => {
  const took = [];
  let rows = 0;
  for (let i = 0; i < n; i++) {
    const began = performance.now();
    rows = (await conn.runAndReadAll(sql(i))).currentRowCount;
    took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  return { ms: took[took.length >> 1], rows };
};

let out = {};
if (what === "load") {
  await conn.run(`CREATE TABLE samples AS SELECT "time" AS t, "value" AS v FROM read_csv('${arg}', header = true, columns = {'time': 'TIMESTAMP', 'value': 'DOUBLE'})`);
  await conn.run("CHECKPOINT");
} else {
  const { start, width, buckets } = JSON.parse(arg); // in microseconds
  const query = () => `SELECT (epoch_us(t) - ${start}) // ${width} AS b, min(v), max(v), avg(v), count(*) FROM samples
    WHERE t >= make_timestamp(${start}) AND t < make_timestamp(${start + width * buckets}) GROUP BY b ORDER BY b`;
  out.aggregate = await timed(Number(runs), query);
  out.late = await timed(200, (i) => `INSERT INTO samples VALUES (make_timestamp(${start + i * 1000003}), 21)`); // each a transaction, on the disk
}
conn.closeSync();
db.closeSync();
console.log(JSON.stringify(out));
