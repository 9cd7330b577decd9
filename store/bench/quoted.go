package main

// quoted is of another call on such a machine, for engines that are not driven from here: sled and RocksDB, native, with LMDB and pebble of
// that same call to compare with. Nothing in it was measured now.
const quoted = `## Quoted: sled and RocksDB

Not of this call: measured earlier with native programs on such a machine (2 cores AMD EPYC, ext4 without a journal; three interleaved runs,
medians; the same keys and values). LMDB 0.9.24 and pebble v2.1.7 of that run stand beside them; machines drift by ±30 %, so compare within
this table. sled 0.34.7 commits with sync_file_range, not fsync: its durable rows do not survive a power cut.

| workload | workers | lmdb | pebble | sled 0.34.7 | sled 1.0.0-alpha.124 | RocksDB 7.8.3 |
|---|---|---|---|---|---|---|
| load, random order, /s | 1 | 403k | 390k | 83k | 24k | 255k |
| load, random order, /s | 4 | – | 456k | 110k | 43k | 334k |
| random read, warm, /s | 1 | 734k | 257k | 299k | 253k | 296k |
| random read, warm, /s | 4 | 1.72M | 520k | 632k | 639k | 542k |
| 95 % read, 5 % write, /s | 2 | 874k | 395k | 794k | 662k | 399k |
| 95 % read, 5 % write, /s | 4 | 646k | 342k | 876k | 542k | 342k |
| full scan, pairs/s | 1 | 16.4M | 7.82M | 2.52M | 11.2M | 4.66M |
| scans of 100 keys, /s | 1 | 134k | 57k | 23k | 15k | 29k |
| scans of 100 keys, /s | 4 | 265k | 118k | 43k | 28k | 55k |
| durable commits, /s | 1 | 3409 | 3936 | 6110 | 594 | 5592 |
| durable commits, /s | 16 | 2728 | 29k | 14k | 526 | 21k |
| durable commits, /s | 64 | 2569 | 108k | 10k | 491 | 39k |
| durable commit, p50 / p99 µs | 1 | 281 / 483 | 231 / 518 | 151 / 338 | 1614 / 3080 | 162 / 305 |
| durable commit, p50 / p99 µs | 16 | 5676 / 14796 | 448 / 3214 | 1034 / 3664 | 25327 / 42128 | 700 / 3627 |
| durable commit, p50 / p99 µs | 64 | 22570 / 67775 | 569 / 1068 | 4149 / 26451 | 124926 / 177675 | 1539 / 4047 |
| overwrite ×3, /s | 1 | 558k | 421k | 114k | 22k | 235k |
| open to first read, ms | 1 | 0.2 | 208 | 881 | 9.5 | 8.9 |
| … after overwrite ×3, ms | 1 | 0.1 | 70.2 | 1311 | 11.0 | 8.9 |
| disk after load, MB |  | 426 | 569 | 321 | 319 | 128 |
| disk after overwrite ×3, MB |  | 445 | 629 | 436 | 334 | 334 |
| … and an open and close, MB |  | 445 | 168 | 440 | 334 | 128 |
| memory at most in the mix, MB |  | 419 | 172 | 320 | – | 149 |
`
