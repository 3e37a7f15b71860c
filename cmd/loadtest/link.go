package main

import (
	"bytes"
	"net"
	"sync"
	"time"
)

// A link is a proxy in front of a server that is a round trip away. Each
// direction delays every byte by half of it and changes nothing else: neither
// the order nor, as far as memory for a few thousand pieces goes, how much can
// be under way.
//
// A connection is set up by a proxy in no time, and across a network by a round
// trip; another half passes until the server has seen it. So the link calls the
// server after one and a half, and the greeting arrives after two, as it would.
type link struct {
	listener net.Listener
	server   string
	half     time.Duration
	running  sync.WaitGroup
}

// newLink listens in front of server.
func newLink(server string, rtt time.Duration) (*link, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &link{listener: listener, server: server, half: rtt / 2}
	l.running.Go(l.serve)
	return l, nil
}

func (l *link) addr() string { return l.listener.Addr().String() }

// close takes no more connections, and waits until those that there are have
// ended, from either side.
func (l *link) close() {
	l.listener.Close()
	l.running.Wait()
}

func (l *link) serve() {
	for {
		conn, err := l.listener.Accept()
		if err != nil {
			return
		}
		l.running.Go(func() { l.carry(conn.(*net.TCPConn)) })
	}
}

// carry joins a client with the server until both have said goodbye.
func (l *link) carry(client *net.TCPConn) {
	defer client.Close()
	time.Sleep(3 * l.half)
	conn, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	server := conn.(*net.TCPConn)
	defer server.Close()
	var both sync.WaitGroup
	both.Go(func() { delay(server, client, l.half) })
	both.Go(func() { delay(client, server, l.half) })
	both.Wait()
}

// A piece is what one read gave, and when it arrives at the other end. Without
// data it is the end of the stream.
type piece struct {
	data []byte
	due  time.Time
}

// delay copies one direction, each piece by late behind its arrival, the end of
// the stream too.
func delay(to, from *net.TCPConn, late time.Duration) {
	way := make(chan piece, 4096)
	go func() {
		defer close(way)
		buffer := make([]byte, 1<<16)
		for {
			n, err := from.Read(buffer)
			if n > 0 {
				way <- piece{bytes.Clone(buffer[:n]), time.Now().Add(late)}
			}
			if err != nil {
				way <- piece{nil, time.Now().Add(late)}
				return
			}
		}
	}()
	var err error
	for p := range way {
		if err != nil {
			continue // nobody is there any more: what is on its way is lost
		}
		time.Sleep(time.Until(p.due))
		if p.data == nil {
			_ = to.CloseWrite()
		} else if _, err = to.Write(p.data); err != nil {
			from.Close() // the sender learns it, and the reader above ends
		}
	}
}
