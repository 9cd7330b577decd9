package store

import "os"

// isOwn relies on the access rights that the directory of temporary files has.
func isOwn(os.FileInfo) bool { return true }
