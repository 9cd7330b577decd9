package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// lmdb is the engine that is driven from C.
const lmdb = "lmdb"

const (
	lmdbOptions = "MDB_WRITEMAP, MDB_NOMEMINIT and MDB_NOSYNC with mdb_env_sync at the end where commits need not be durable; MDB_NOMEMINIT " +
		"alone where they must; driven from C, with a read transaction a thread that is renewed for each read"
	lmdbBatch  = 10_000 // of the program, for the table
	lmdbSource = "lmdb/bench.c"
)

// buildLMDB builds the program that drives LMDB and returns its path and the library's version.
func buildLMDB(dir string) (path, version string, err error) {
	path, err = filepath.Abs(filepath.Join(dir, "lmdb"))
	if err != nil {
		return "", "", err
	}
	if out, err := exec.Command("cc", "-O2", "-o", path, lmdbSource, "-llmdb", "-lpthread").CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("build the program for LMDB (Debian: liblmdb-dev): %w: %s", err, tail(string(out)))
	}
	out, err := exec.Command(path, "version").Output()
	return path, strings.TrimSpace(string(out)), err
}
