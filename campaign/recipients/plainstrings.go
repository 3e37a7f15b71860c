package recipients

import (
	"bytes"
	"io"
)

// plainTexts are the shared strings of a workbook (ECMA-376, part 1, section
// 18.4.9): their bytes in pieces, and where each begins.
type plainTexts struct {
	pieces [][]byte
	starts []uint32 // number of the piece, and place in it
}

// What the texts may take; a workbook with more is left to excelize, which
// keeps them in a file.
const (
	plainTextsMost = 80 << 20 // bytes
	plainPieceBits = 18
	plainPiece     = 1 << plainPieceBits
)

// readPlainTexts reads the part of the shared strings to its end.
func readPlainTexts(r io.Reader) (*plainTexts, error) {
	x := newPlainXML(r)
	head, err := x.head("sst")
	if err != nil {
		return nil, err
	}
	if bytes.HasSuffix(head, []byte("/>")) {
		return &plainTexts{}, x.frame(head, "")
	}
	t := &plainTexts{}
	var text []byte
	for {
		tag, err := x.next()
		switch {
		case err != nil:
			return nil, err
		case string(tag) == "/sst":
			return t, x.frame(head, "</sst>", "si")
		case string(tag) == "si/":
			text = text[:0]
		case string(tag) != "si":
			return nil, errUnusual
		default:
			if text, err = x.richText(text[:0], "/si"); err != nil {
				return nil, err
			}
		}
		if err := t.add(text); err != nil {
			return nil, err
		}
	}
}

// richText reads a text up to the tag that closes it: <t>, or runs that each
// have one.
func (x *plainXML) richText(out []byte, closing string) ([]byte, error) {
	inRun, plain, filled := false, false, false // filled: the run has its text
	for {
		tag, err := x.next()
		if err != nil {
			return nil, err
		}
		switch {
		case string(tag) == closing && !inRun:
			return out, noEscapes(out)
		case string(tag) == "r" && !inRun:
			inRun, filled = true, false
		case string(tag) == "/r" && inRun:
			inRun = false
		case string(tag) == "rPr" && inRun:
			err = x.skip("/rPr")
		case inRun && filled || !inRun && (plain || len(out) > 0):
			err = errUnusual
		case string(tag) == "t", string(tag) == "t/", string(tag) == `t xml:space="preserve"`:
			filled, plain = inRun, plain || !inRun
			if string(tag) != "t/" {
				out, err = x.value(out, "/t")
			}
		default:
			err = errUnusual
		}
		if err != nil {
			return nil, err
		}
	}
}

// value reads a text and its closing tag.
func (x *plainXML) value(out []byte, closing string) ([]byte, error) {
	text, err := x.text()
	if err != nil {
		return nil, err
	}
	if out, err = decode(out, text); err != nil {
		return nil, err
	}
	tag, err := x.tag()
	if err == nil && string(tag) != closing {
		err = errUnusual
	}
	return out, err
}

// skip reads on to a closing tag; what stands before it are elements without
// content.
func (x *plainXML) skip(closing string) error {
	for {
		tag, err := x.next()
		if err != nil || string(tag) == closing {
			return err
		}
		if !bytes.HasSuffix(tag, []byte("/")) {
			return errUnusual
		}
		for i, c := range tag[:len(tag)-1] {
			if c == ' ' {
				if err := attributes(tag[i:len(tag)-1], func(_, _ []byte) error { return nil }); err != nil {
					return err
				}
				break
			}
		}
	}
}

// noEscapes refuses texts with _xHHHH_, an escape of Excel's that excelize
// resolves.
func noEscapes(text []byte) error {
	for at := 0; ; at += 2 {
		i := bytes.Index(text[at:], []byte("_x"))
		if i < 0 {
			return nil
		}
		if at += i; len(text) >= at+7 && text[at+6] == '_' && len(bytes.Trim(text[at+2:at+6], "0123456789abcdefABCDEF")) == 0 {
			return errUnusual
		}
	}
}

func (t *plainTexts) add(text []byte) error {
	last := len(t.pieces) - 1
	if last < 0 || len(t.pieces[last])+len(text) > plainPiece || len(t.pieces[last]) == plainPiece {
		if len(text) > plainPiece || (last+1)*plainPiece >= plainTextsMost {
			return errUnusual
		}
		room := 0
		if last >= 0 { // one piece was not enough, nor will this be
			room = plainPiece
		}
		last++
		t.pieces = append(t.pieces, make([]byte, 0, room))
	}
	t.starts = append(t.starts, uint32(last)<<plainPieceBits|uint32(len(t.pieces[last])))
	t.pieces[last] = append(t.pieces[last], text...)
	return nil
}

// get gives text i; ok says that there is one.
func (t *plainTexts) get(i int) (text []byte, ok bool) {
	if i < 0 || i >= len(t.starts) {
		return nil, false
	}
	start := t.starts[i]
	piece := t.pieces[start>>plainPieceBits]
	end := uint32(len(piece))
	if i+1 < len(t.starts) && t.starts[i+1]>>plainPieceBits == start>>plainPieceBits {
		end = t.starts[i+1] & (plainPiece - 1)
	}
	return piece[start&(plainPiece-1) : end], true
}
