package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// fault is a server, or a way to it, that goes wrong in one way, with all that may come of it.
type fault struct {
	name  string
	want  []string // outcome/cause; all of them, and no other
	rare  bool     // a twentieth of the load: it costs much to simulate
	https bool
	dial  func(turn int) error                        // fails before there is a connection
	serve func(c net.Conn, r *bufio.Reader, turn int) // one request; it returns to have the connection closed
	reset bool                                        // the client hears of the end by a reset
}

const (
	streamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
	tokenData  = `data: {"model":"m","choices":[{"delta":{"content":"x"}}]}` + "\n\n"
	finishData = `data: {"model":"m","choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":3500,` +
		`"completion_tokens":20}}` + "\n\n"
	doneData = "data: [DONE]\n\n"
)

// request reads a request to its end.
func request(r *bufio.Reader) {
	if req, err := http.ReadRequest(r); err == nil {
		_, _ = io.Copy(io.Discard, req.Body)
	}
}

func chunk(text string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(text), text) }

// says sends texts after a request has been read, with a pause before each. After the last it waits until the client
// has gone, where hold says so.
func says(pause time.Duration, hold bool, texts ...string) func(net.Conn, *bufio.Reader, int) {
	return func(c net.Conn, r *bufio.Reader, _ int) {
		request(r)
		for _, text := range texts {
			time.Sleep(pause)
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
		}
		if hold {
			_, _ = io.Copy(io.Discard, r)
		}
	}
}

// forever repeats a text until the client has gone.
func forever(pause time.Duration, first, again string) func(net.Conn, *bufio.Reader, int) {
	return func(c net.Conn, r *bufio.Reader, _ int) {
		request(r)
		_, err := io.WriteString(c, first)
		for err == nil {
			time.Sleep(pause)
			_, err = io.WriteString(c, again)
		}
	}
}

// answers is a good answer of a second and a half; it keeps the connection.
func answers(c net.Conn, r *bufio.Reader, _ int) {
	for {
		if _, err := r.Peek(1); err != nil {
			return
		}
		request(r)
		time.Sleep(500 * time.Millisecond)
		_, err := io.WriteString(c, streamHead)
		for range 20 {
			if err == nil {
				_, err = io.WriteString(c, chunk(tokenData))
			}
			time.Sleep(50 * time.Millisecond)
		}
		if err == nil {
			_, err = io.WriteString(c, chunk(finishData)+chunk(doneData)+chunk(""))
		}
		if err != nil {
			return
		}
	}
}

// status is a response without a stream.
func status(code int, header, body string) func(net.Conn, *bufio.Reader, int) {
	const response = "HTTP/1.1 %d Status\r\nContent-Length: %d\r\n%s\r\n%s"
	return says(0, false, fmt.Sprintf(response, code, len(body), header, body))
}

// network is all servers in memory. It answers connections until it is closed.
type network struct {
	faults map[string]*fault // by host
	tls    *tls.Config
	serve  sync.WaitGroup
	mu     sync.Mutex
	turns  map[string]int
}

func (n *network) turn(host string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.turns[host]++
	return n.turns[host] - 1
}

// dial makes a connection to the host of an address.
func (n *network) dial(_ context.Context, _, addr string) (net.Conn, error) {
	host, _, _ := net.SplitHostPort(addr)
	f, turn := n.faults[host], n.turn(host)
	if f.dial != nil {
		if err := f.dial(turn); err != nil {
			return nil, err
		}
	}
	client, server := net.Pipe()
	wire := server
	if f.https {
		server = newBuffered(server, &n.serve)
		wire = tls.Server(server, n.tls)
	}
	n.serve.Go(func() {
		f.serve(wire, bufio.NewReader(wire), turn)
		_ = server.Close()
	})
	if f.reset {
		return resetting{client}, nil
	}
	return client, nil
}

// buffered is a connection that takes what is written without waiting for its reader, as the kernel does: both sides of
// a handshake that fails write at the same time.
type buffered struct {
	net.Conn
	out chan []byte
}

func newBuffered(c net.Conn, running *sync.WaitGroup) buffered {
	b := buffered{c, make(chan []byte, 64)}
	running.Go(func() {
		for p := range b.out {
			_, _ = c.Write(p)
		}
		_ = c.Close()
	})
	return b
}

func (b buffered) Write(p []byte) (int, error) {
	b.out <- slices.Clone(p)
	return len(p), nil
}

func (b buffered) Close() error {
	close(b.out)
	return nil
}

// resetting is a connection whose end is a reset.
type resetting struct{ net.Conn }

func (c resetting) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	return n, resetOf(err)
}

func (c resetting) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	return n, resetOf(err)
}

func resetOf(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
		return &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return err
}

// certificate is one that everybody may see through: it signs itself. It is valid from now on for the given time.
func certificate(t *testing.T, host string, valid time.Duration) (*tls.Config, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(valid), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, der
}

// oneGigabyte is a token a gigabyte long. The client will not read it to its end.
func oneGigabyte(c net.Conn, r *bufio.Reader, _ int) {
	request(r)
	part := strings.Repeat("x", 1<<20)
	_, err := io.WriteString(c, streamHead+"40000000\r\ndata: ")
	for range 1024 {
		if err == nil {
			_, err = io.WriteString(c, part)
		}
	}
}
