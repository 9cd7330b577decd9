// The keys and values of package gen, byte for byte: see gen/gen.go.
#include <lmdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY = 16, VALUE = 100 };

#define SALT 0x5bf03635f0a31e21ull
#define GOLDEN 0x9e3779b97f4a7c15ull
#define FIRST 0xbf58476d1ce4e5b9ull
#define SECOND 0x94d049bb133111ebull

static void die(const char *what, int rc) {
	fprintf(stderr, "%s: %s\n", what, rc ? mdb_strerror(rc) : "wrong");
	exit(1);
}
#define TRY(x) do { int rc_ = (x); if (rc_) die(#x, rc_); } while (0)

static uint64_t mix(uint64_t x) {
	x = (x ^ x >> 30) * FIRST;
	x = (x ^ x >> 27) * SECOND;
	return x ^ x >> 31;
}

static uint64_t inverse(uint64_t a) {
	uint64_t x = a;
	for (int i = 0; i < 5; i++) x *= 2 - a * x;
	return x;
}

static uint64_t unfirst, unsecond;

static void init_gen(void) {
	unfirst = inverse(FIRST);
	unsecond = inverse(SECOND);
}

static uint64_t unmix(uint64_t x) {
	x = (x ^ x >> 31 ^ x >> 62) * unsecond;
	x = (x ^ x >> 27 ^ x >> 54) * unfirst;
	return x ^ x >> 30 ^ x >> 60;
}

static void key(uint8_t *b, uint64_t i) {
	uint64_t a = __builtin_bswap64(mix(i)), c = __builtin_bswap64(mix(i ^ SALT));
	memcpy(b, &a, 8);
	memcpy(b + 8, &c, 8);
}

static uint64_t number(const MDB_val *k) {
	uint64_t a, c;
	if (k->mv_size != KEY) die("the size of a key", 0);
	memcpy(&a, k->mv_data, 8);
	memcpy(&c, (uint8_t *)k->mv_data + 8, 8);
	uint64_t i = unmix(__builtin_bswap64(a));
	if (__builtin_bswap64(c) != mix(i ^ SALT)) die("a key that was never written", 0);
	return i;
}

static inline uint64_t word(uint64_t seed, uint64_t j) {
	uint64_t x = seed + j * GOLDEN;
	x = (x ^ x >> 32) * SECOND;
	return x ^ x >> 29;
}

static void value(uint8_t *b, uint64_t i, uint64_t version) {
	memcpy(b, &version, 8);
	uint64_t seed = mix(i) + version * FIRST, w;
	int j = 0;
	for (; j < (VALUE - 8) / 8; j++) {
		w = word(seed, j);
		memcpy(b + 8 + 8 * j, &w, 8);
	}
	w = word(seed, j);
	memcpy(b + 8 + 8 * j, &w, (VALUE - 8) % 8);
}

static uint64_t check(const MDB_val *v, uint64_t i) {
	if (v->mv_size != VALUE) die("the size of a value", 0);
	const uint8_t *b = v->mv_data;
	uint64_t version, w, bad = 0;
	memcpy(&version, b, 8);
	uint64_t seed = mix(i) + version * FIRST;
	int j = 0;
	for (; j < (VALUE - 8) / 8; j++) {
		memcpy(&w, b + 8 + 8 * j, 8);
		bad |= w ^ word(seed, j);
	}
	uint64_t last = word(seed, j);
	if (bad || memcmp(b + 8 + 8 * j, &last, (VALUE - 8) % 8)) die("a value that was never written", 0);
	return version;
}

static uint64_t below(uint64_t *r, uint64_t n) {
	*r += GOLDEN;
	return (mix(*r) >> 32) * n >> 32;
}
