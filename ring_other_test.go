//go:build !linux

package main

// programs are what the test binary is, by the name it is run under.
func programs() map[string]func() { return map[string]func(){"arbor": main} }
