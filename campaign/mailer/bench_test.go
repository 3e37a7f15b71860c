package mailer

import (
	"bytes"
	"testing"
)

func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		if _, err := Build(sample()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBuildAttachment(b *testing.B) {
	m := sample()
	m.Attachments = []File{{Name: "map.pdf", Data: bytes.Repeat([]byte("0123456789abcdef"), 1<<16)}}
	b.SetBytes(1 << 20)
	for b.Loop() {
		if _, err := Build(m); err != nil {
			b.Fatal(err)
		}
	}
}
