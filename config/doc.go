// Package config holds the settings as data: what each is called, which values it takes, and where its value came from.
//
// Its invariant: a setting's value is the flag's, else the environment's, else the file's, else the default; and a broken file never
// keeps a person from their data: it is reported with line and column, and the program starts without it.
package config
