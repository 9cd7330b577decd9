// bench drives LMDB through the parts of store/bench. It is C, since a call through cgo costs LMDB
// a third of its reads. Usage: bench part directory keys seconds. The last line it prints is the metrics as JSON.
#define _GNU_SOURCE
#include <fcntl.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gen.h"

enum { BATCH = 10000, RANGE = 100, OVERWRITES = 3, WRITE_ONE_IN = 20, WORKERS = 64 };

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

// What all parts work on.

static const char *dir;
static uint64_t keys;
static double seconds;
static MDB_env *env;
static MDB_dbi dbi;
static bool comma;

static void report(const char *name, const char *what, double v) {
	printf("%s\"%s\":{\"%s\":%g}", comma ? "," : "", name, what, v);
	comma = true;
}

static void open_env(unsigned flags) {
	MDB_txn *txn;
	TRY(mdb_env_create(&env));
	size_t size = keys * 1024;
	TRY(mdb_env_set_mapsize(env, size < 1 << 30 ? 1 << 30 : size));
	TRY(mdb_env_set_maxreaders(env, 2 * WORKERS));
	TRY(mdb_env_open(env, dir, flags, 0600));
	TRY(mdb_txn_begin(env, NULL, 0, &txn));
	TRY(mdb_dbi_open(txn, NULL, 0, &dbi));
	TRY(mdb_txn_commit(txn));
}

static const unsigned fast = MDB_NOSYNC | MDB_WRITEMAP | MDB_NOMEMINIT, safe = MDB_NOMEMINIT;

static void close_env(void) {
	TRY(mdb_env_sync(env, 1));
	mdb_env_close(env);
}

static void put(MDB_txn *txn, uint64_t i, uint64_t version) {
	uint8_t kb[KEY], vb[VALUE];
	key(kb, i);
	value(vb, i, version);
	MDB_val k = {KEY, kb}, v = {VALUE, vb};
	TRY(mdb_put(txn, dbi, &k, &v, 0));
}

static void write_all(uint64_t version, uint64_t stride) {
	MDB_txn *txn = NULL;
	for (uint64_t i = 0; i < keys; i++) {
		if (!txn) TRY(mdb_txn_begin(env, NULL, 0, &txn));
		put(txn, i * stride % keys, version);
		if ((i + 1) % BATCH == 0 || i + 1 == keys) {
			TRY(mdb_txn_commit(txn));
			txn = NULL;
		}
	}
}

static uint64_t coprime(uint64_t pass) {
	for (uint64_t s = keys * 618 / 1000 + pass * 97;; s++) {
		uint64_t a = s, b = keys;
		while (b) {
			uint64_t c = a % b;
			a = b;
			b = c;
		}
		if (a == 1) return s;
	}
}

// A worker is a thread with its read transaction.
typedef struct worker {
	pthread_t thread;
	MDB_txn *txn;
	MDB_cursor *cursor;
	uint64_t random, done;
	double *took; // of single operations, in seconds; NULL if they are not wanted
	size_t count, room;
	double until;
	uint64_t (*op)(struct worker *);
} worker;

static void begin_read(worker *w) {
	if (w->txn) {
		TRY(mdb_txn_renew(w->txn));
	} else {
		TRY(mdb_txn_begin(env, NULL, MDB_RDONLY, &w->txn));
	}
}

static void end_read(worker *w) { mdb_txn_reset(w->txn); }

static uint64_t read_one(worker *w) {
	uint8_t kb[KEY];
	uint64_t i = below(&w->random, keys);
	key(kb, i);
	MDB_val k = {KEY, kb}, v;
	begin_read(w);
	TRY(mdb_get(w->txn, dbi, &k, &v));
	check(&v, i);
	end_read(w);
	return 1;
}

// scan reads limit pairs from a key on, or all, and returns how many there were.
static uint64_t scan(worker *w, MDB_val k, uint64_t limit, uint64_t *least) {
	MDB_val v;
	uint8_t last[KEY];
	uint64_t n = 0;
	begin_read(w);
	if (w->cursor) {
		TRY(mdb_cursor_renew(w->txn, w->cursor));
	} else {
		TRY(mdb_cursor_open(w->txn, dbi, &w->cursor));
	}
	int rc = mdb_cursor_get(w->cursor, &k, &v, MDB_SET_RANGE);
	for (; !rc; rc = mdb_cursor_get(w->cursor, &k, &v, MDB_NEXT)) {
		uint64_t version = check(&v, number(&k));
		if (least && version < *least) *least = version;
		if (n && memcmp(k.mv_data, last, KEY) <= 0) die("the order of keys", 0);
		memcpy(last, k.mv_data, KEY);
		if (++n == limit) break;
	}
	if (rc && rc != MDB_NOTFOUND) die("scan", rc);
	end_read(w);
	return n;
}

static uint64_t scan_all(worker *w, uint64_t *least) {
	uint8_t zero = 0;
	MDB_val from = {1, &zero};
	if (scan(w, from, ~0ull, least) != keys) die("the count of keys", 0);
	return keys;
}

static uint64_t whole_scan(worker *w) { return scan_all(w, NULL); }

static uint64_t range_scan(worker *w) {
	uint8_t kb[KEY];
	key(kb, below(&w->random, keys));
	MDB_val k = {KEY, kb};
	if (!scan(w, k, RANGE, NULL)) die("an empty range", 0);
	return 1;
}

static uint64_t write_one(worker *w) {
	MDB_txn *txn;
	TRY(mdb_txn_begin(env, NULL, 0, &txn));
	put(txn, below(&w->random, keys), below(&w->random, 1 << 30));
	TRY(mdb_txn_commit(txn));
	return 1;
}

static uint64_t mixed(worker *w) { return below(&w->random, WRITE_ONE_IN) ? read_one(w) : write_one(w); }

static uint64_t clocked_write(worker *w) {
	if (w->count == w->room) {
		w->room = w->room ? 2 * w->room : 1024;
		w->took = realloc(w->took, w->room * sizeof *w->took);
		if (!w->took) die("memory", 0);
	}
	double t = now();
	write_one(w);
	w->took[w->count++] = now() - t;
	return 1;
}

static void *work(void *x) {
	worker *w = x;
	double looked = now();
	for (uint64_t every = 1; now() < w->until; looked = now()) {
		for (uint64_t i = 0; i < every; i++) w->done += w->op(w);
		every = now() - looked > 50e-6 ? (every / 2 ? every / 2 : 1) : 2 * every;
	}
	if (w->cursor) mdb_cursor_close(w->cursor);
	if (w->txn) mdb_txn_abort(w->txn);
	return NULL;
}

// timed runs op on n threads for a while and returns the rate.
static double timed(int n, double span, uint64_t (*op)(worker *), worker *ws) {
	double began = now();
	uint64_t done = 0;
	for (int i = 0; i < n; i++) {
		ws[i] = (worker){.op = op, .until = began + span, .random = (uint64_t)(began * 1e9) + ((uint64_t)i << 48)};
		if (pthread_create(&ws[i].thread, NULL, work, &ws[i])) die("thread", 0);
	}
	for (int i = 0; i < n; i++) {
		pthread_join(ws[i].thread, NULL);
		done += ws[i].done;
	}
	return done / (now() - began);
}

static worker ws[WORKERS];

static void part_read(void) {
	open_env(fast);
	worker warm = {0};
	scan_all(&warm, NULL);
	mdb_cursor_close(warm.cursor);
	mdb_txn_abort(warm.txn);
	timed(1, seconds / 4, read_one, ws);
	report("read", "rate", timed(1, seconds, read_one, ws));
	report("read4", "rate", timed(4, seconds, read_one, ws));
	report("scan", "rate", timed(1, seconds, whole_scan, ws));
	report("range", "rate", timed(1, seconds, range_scan, ws));
	report("range4", "rate", timed(4, seconds, range_scan, ws));
	close_env();
}

static void part_mix(void) {
	open_env(fast);
	timed(1, 0, whole_scan, ws);
	report("mix2", "rate", timed(2, seconds, mixed, ws));
	report("mix4", "rate", timed(4, seconds, mixed, ws));
	worker w = {0};
	scan_all(&w, NULL);
	mdb_cursor_close(w.cursor);
	mdb_txn_abort(w.txn);
	close_env();
}

static int by_time(const void *a, const void *b) {
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static void part_durable(void) {
	for (int n = 1; n <= WORKERS; n = n == 1 ? 16 : 4 * n) {
		open_env(safe);
		timed(n, seconds / 4, write_one, ws);
		double r = timed(n, seconds, clocked_write, ws);
		size_t sum = 0;
		for (int i = 0; i < n; i++) sum += ws[i].count;
		double *all = malloc((sum + 1) * sizeof *all);
		if (!all) die("memory", 0);
		sum = 0;
		for (int i = 0; i < n; i++) {
			memcpy(all + sum, ws[i].took, ws[i].count * sizeof *all);
			sum += ws[i].count;
			free(ws[i].took);
		}
		qsort(all, sum, sizeof *all, by_time);
		printf("%s\"durable%d\":{\"rate\":%g,\"p50\":%g,\"p99\":%g}", comma ? "," : "", n, r, all[sum / 2] * 1e6, all[sum * 99 / 100] * 1e6);
		comma = true;
		free(all);
		close_env();
	}
}

static void part_open(const char *name) {
	double began = now();
	open_env(fast);
	worker w = {.random = (uint64_t)(began * 1e9)};
	read_one(&w);
	report(name, "value", (now() - began) * 1e3);
	mdb_txn_abort(w.txn);
	close_env();
}

static void drop_cache(void) {
	char path[4096];
	snprintf(path, sizeof path, "%s/data.mdb", dir);
	sync();
	int fd = open(path, O_RDONLY);
	if (fd < 0 || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED)) die("drop the page cache", 0);
	close(fd);
}

static void part_load(void) {
	mkdir(dir, 0700);
	double began = now();
	open_env(fast);
	write_all(0, 1);
	close_env();
	report("load", "rate", keys / (now() - began));
}

static void part_overwrite(void) {
	double began = now();
	open_env(fast);
	for (uint64_t pass = 1; pass <= OVERWRITES; pass++) write_all(pass, coprime(pass));
	close_env();
	report("overwrite", "rate", OVERWRITES * keys / (now() - began));
}

static void part_settle(void) {
	open_env(fast);
	worker w = {0};
	uint64_t least = ~0ull;
	scan_all(&w, &least);
	if (least != OVERWRITES) die("the version of a value", 0);
	mdb_cursor_close(w.cursor);
	mdb_txn_abort(w.txn);
	close_env();
	report("settle", "value", 0);
}

int main(int argc, char **argv) {
	if (argc == 2 && !strcmp(argv[1], "version")) {
		printf("%d.%d.%d\n", MDB_VERSION_MAJOR, MDB_VERSION_MINOR, MDB_VERSION_PATCH);
		return 0;
	}
	if (argc != 5) die("usage: bench part directory keys seconds", 0);
	const char *part = argv[1];
	dir = argv[2];
	keys = strtoull(argv[3], NULL, 10);
	seconds = strtod(argv[4], NULL);
	init_gen();
	printf("{");
	if (!strcmp(part, "load")) part_load();
	else if (!strcmp(part, "open") || !strcmp(part, "reopen")) part_open(part);
	else if (!strcmp(part, "cold")) drop_cache(), part_open(part);
	else if (!strcmp(part, "read")) part_read();
	else if (!strcmp(part, "mix")) part_mix();
	else if (!strcmp(part, "durable")) part_durable();
	else if (!strcmp(part, "overwrite")) part_overwrite();
	else if (!strcmp(part, "settle")) part_settle();
	else die(part, 0);
	printf("}\n");
	return 0;
}
