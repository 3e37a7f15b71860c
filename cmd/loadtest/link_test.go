package main

import (
	"bytes"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"
)

// TestLink: what goes through comes out whole and in order, in both directions
// at once and over several connections, in pieces of every size; and the end of
// one direction leaves the other open.
func TestLink(t *testing.T) {
	l := linkTo(t, func(conn *net.TCPConn) {
		_, _ = io.Copy(conn, conn) // an echo, until the client has ended its half
		_ = conn.CloseWrite()
	})
	var clients sync.WaitGroup
	for seed := range uint64(3) {
		clients.Go(func() {
			random := rand.New(rand.NewPCG(seed, 1))
			conn, err := net.Dial("tcp", l.addr())
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			wrote, total := sha256.New(), 0
			var writing sync.WaitGroup
			writing.Go(func() {
				for range 200 {
					part := make([]byte, 1+random.IntN(1<<random.IntN(17)))
					for i := range part {
						part[i] = byte(random.Uint32())
					}
					wrote.Write(part)
					total += len(part)
					if _, err := conn.Write(part); err != nil {
						t.Error(err)
						return
					}
				}
				_ = conn.(*net.TCPConn).CloseWrite()
			})
			read := sha256.New()
			n, err := io.Copy(read, conn)
			writing.Wait()
			if err != nil || int(n) != total || !bytes.Equal(read.Sum(nil), wrote.Sum(nil)) {
				t.Errorf("client %d: %d of %d bytes came back, or not the same; %v", seed, n, total, err)
			}
		})
	}
	clients.Wait()
	l.close() // and does not wait for ever
}

// TestLinkHangsUp: a server that cuts, and one that is not there, are an end
// for the client.
func TestLinkHangsUp(t *testing.T) {
	cut := linkTo(t, func(conn *net.TCPConn) { _ = conn.SetLinger(0) })
	free, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	nobody, err := newLink(free, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []*link{cut, nobody} {
		conn, err := net.Dial("tcp", l.addr())
		if err != nil {
			t.Fatal(err)
		}
		if said, _ := io.ReadAll(conn); len(said) > 0 {
			t.Errorf("it said %q", said)
		}
		conn.Close()
		l.close()
	}
}

// linkTo puts a link in front of a server that does one thing to each
// connection, and closes it.
func linkTo(t *testing.T, do func(*net.TCPConn)) *link {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				do(conn.(*net.TCPConn))
			}()
		}
	}()
	l, err := newLink(listener.Addr().String(), 2*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
