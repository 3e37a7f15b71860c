//go:build !unix

package main

// private is for systems with a umask.
func private() {}
