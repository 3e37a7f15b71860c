package file

import (
	"strconv"
	"strings"
)

// kind is what a node of the file is.
type kind int

const (
	textNode kind = iota // every scalar but null, as it was typed
	nullNode             // nothing, ~ or null
	listNode
	mapNode
)

// style is how a text was written.
type style int

const (
	plain  style = iota // without quotes
	quoted              // in ' or "
	block               // behind | or >
)

// A node is one value of the file with its place.
type node struct {
	kind   kind
	style  style
	text   string // plain: the characters as typed; else decoded
	empty  bool   // a null that nobody typed: nothing stands there
	line   int    // 1-based
	column int    // 1-based, in characters
	path   string // "schedule.start", "recipients[1].file"; "" is the file itself
	items  []*node
	pairs  []pair
}

// A pair is one key of a map with its value.
type pair struct {
	key   *node
	value *node
}

// name is the node's key in words.
func (n *node) name() string {
	if n.path == "" {
		return "the file"
	}
	return "`" + n.path + "`"
}

// what names the kind of value in an error.
func (n *node) what() string {
	switch n.kind {
	case nullNode:
		return "nothing"
	case listNode:
		return "a list"
	case mapNode:
		return "a group of keys"
	}
	return "text"
}

// find gives the value of a key, or nil.
func (n *node) find(name string) *node {
	for _, p := range n.pairs {
		if p.key.text == name {
			return p.value
		}
	}
	return nil
}

func below(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// isTemplate says that a text is filled from a row before it is used.
func isTemplate(text string) bool { return strings.Contains(text, "{{") }
