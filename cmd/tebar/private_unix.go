//go:build unix

package main

import "syscall"

// private makes every file that the program creates 0600, and every folder
// 0700: lists, letters and reports are people's data. A umask of the user's can
// be wider, or, like 0777, take the owner's own rights away. What the program
// starts (`command:`) has the same.
func private() { syscall.Umask(0o077) }
