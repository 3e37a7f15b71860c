package file

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxNodes caps a tree with its aliases written out: a file of a few lines can
// otherwise stand for billions of values.
const maxNodes = 20_000

// maxTokens caps the words and signs of a file: the YAML library takes time in
// their square, a minute for 1 MB of them. A campaign has a few hundred.
const maxTokens = 20_000

// tokens counts the words and signs of YAML.
func tokens(text string) int { return len(lexer.Tokenize(text)) }

// A broken is where the YAML reader gave up. Its message may hold text of the
// file.
type broken struct {
	line, column int
	message      string
}

// parseYAML is the only door to the YAML library. The root is nil for an empty
// file. Problems are those that do not keep a tree from being made: a second
// document, unknown aliases, too much.
func parseYAML(text string) (*node, []flaw, *broken) {
	tree, err := parser.ParseBytes([]byte(text), 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, nil, brokenAt(err)
	}
	c := converter{anchors: map[string]ast.Node{}}
	var root *node
	for _, doc := range tree.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.DirectiveType {
			continue
		}
		if root != nil {
			c.second(doc)
			break
		}
		root = c.node(doc.Body, "")
	}
	return root, c.flaws, nil
}

func brokenAt(err error) *broken {
	b := &broken{line: 1, column: 1, message: "not understood"}
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) {
		b.message = syntax.Message
		if t := syntax.Token; t != nil && t.Position != nil {
			b.line, b.column = max(1, t.Position.Line), max(1, t.Position.Column)
		}
	}
	return b
}

// A flaw is a mistake of YAML that does not stop the reading.
type flaw struct {
	at            *node
	message, hint string
}

type converter struct {
	anchors map[string]ast.Node
	nodes   int
	flaws   []flaw
}

func (c *converter) flaw(at *node, hint, format string, args ...any) {
	c.flaws = append(c.flaws, flaw{at: at, hint: hint, message: fmt.Sprintf(format, args...)})
}

func (c *converter) second(doc *ast.DocumentNode) {
	at := place(doc.Body.GetToken(), "")
	if doc.Start != nil {
		at = place(doc.Start, "")
	}
	c.flaw(at, "take out the line ---, or put the rest into a file of its own",
		"a second document begins here: a campaign file is one document")
}

// place makes an empty node at a token.
func place(t *token.Token, path string) *node {
	n := &node{kind: nullNode, empty: true, line: 1, column: 1, path: path}
	if t != nil && t.Position != nil {
		n.line, n.column = max(1, t.Position.Line), max(1, t.Position.Column)
	}
	return n
}

func (c *converter) node(from ast.Node, path string) *node {
	if from == nil {
		return place(nil, path)
	}
	n := place(from.GetToken(), path)
	if c.nodes++; c.nodes > maxNodes {
		if c.nodes == maxNodes+1 {
			c.flaw(n, "write the values out, with fewer aliases",
				"the file holds more than %d values, its aliases written out", maxNodes)
		}
		return n
	}
	switch from := from.(type) {
	case *ast.MappingNode:
		return c.mapping(n, from.Values)
	case *ast.MappingValueNode:
		return c.mapping(n, []*ast.MappingValueNode{from})
	case *ast.SequenceNode:
		n.kind = listNode
		for i, v := range from.Values {
			n.items = append(n.items, c.node(v, item(path, i)))
		}
	case *ast.AnchorNode:
		value := c.node(from.Value, path)
		c.anchors[from.Name.GetToken().Value] = from.Value
		return value
	case *ast.AliasNode:
		return c.alias(n, from)
	case *ast.TagNode:
		return c.tag(n, from)
	default:
		scalar(n, from)
	}
	return n
}

func scalar(n *node, from ast.Node) {
	switch from := from.(type) {
	case *ast.NullNode:
		n.empty = from.Token.Type == token.ImplicitNullType
	case *ast.LiteralNode:
		n.kind, n.style, n.text, n.empty = textNode, block, from.Value.Value, false
	case *ast.StringNode:
		n.kind, n.text, n.empty = textNode, from.Value, false
		if t := from.Token.Type; t == token.SingleQuoteType || t == token.DoubleQuoteType {
			n.style = quoted
		}
	default:
		n.kind, n.text, n.empty = textNode, from.GetToken().Value, false
	}
}

func (c *converter) mapping(n *node, values []*ast.MappingValueNode) *node {
	n.kind, n.empty = mapNode, false
	var merged []*node
	for i, v := range values {
		if _, ok := v.Key.(*ast.MergeKeyNode); ok {
			merged = append(merged, c.node(v.Value, n.path))
			continue
		}
		key := c.key(v.Key, n.path)
		if i == 0 && key.line == n.line && key.column < n.column && !isFlow(n, values) {
			n.column = key.column
		}
		n.pairs = append(n.pairs, pair{key, c.node(v.Value, below(n.path, key.text))})
	}
	for _, m := range merged {
		c.merge(n, m)
	}
	return n
}

// isFlow says that the map stands in braces: then its place is the brace.
func isFlow(n *node, values []*ast.MappingValueNode) bool {
	return n.column < values[0].Key.GetToken().Position.Column
}

func (c *converter) key(from ast.MapKeyNode, path string) *node {
	var value ast.Node = from
	if explicit, ok := from.(*ast.MappingKeyNode); ok {
		value = explicit.Value
	}
	key := c.node(value, path)
	if key.kind != textNode {
		c.flaw(key, "write one word and a colon", "this cannot be a key")
	}
	key.path = below(path, key.text)
	return key
}

// merge adds the pairs of a map behind `<<` that n does not have itself.
func (c *converter) merge(n, from *node) {
	switch from.kind {
	case listNode:
		for _, m := range from.items {
			c.merge(n, m)
		}
	case mapNode:
		for _, p := range from.pairs {
			if n.find(p.key.text) == nil {
				n.pairs = append(n.pairs, p)
			}
		}
	default:
		c.flaw(from, "write <<: *NAME, where &NAME marks a group of keys", "`<<` takes a group of keys only")
	}
}

func (c *converter) alias(n *node, from *ast.AliasNode) *node {
	name := from.Value.GetToken().Value
	target, ok := c.anchors[name]
	if !ok {
		c.flaw(n, "put the text in single quotes if the * belongs to it", "*%s points to nothing: no &%s stands before it", name, name)
		n.kind, n.style, n.text, n.empty = textNode, quoted, "*"+name, false
		return n
	}
	return c.node(target, n.path)
}

func (c *converter) tag(n *node, from *ast.TagNode) *node {
	name := from.GetToken().Value
	if name == "!!str" {
		value := c.node(from.Value, n.path)
		if value.kind == textNode {
			value.style = quoted
		}
		return value
	}
	c.flaw(n, "put the text in single quotes if the ! belongs to it", "tags like %s are not used in this file", name)
	return c.node(from.Value, n.path)
}
