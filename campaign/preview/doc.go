// Package preview shows messages before they are sent: each as the .eml that
// would go over the wire and as .html, and an index page to look through them.
//
// What is shown was read back from the message's own bytes. The page is one
// file that needs no network and lets a letter have none either: no script of
// a letter runs in it, and no image is fetched; those that go along with it are
// shown.
//
// A folder that holds other files, and no earlier preview, is refused; no file
// but that preview's own is written over or deleted.
package preview
