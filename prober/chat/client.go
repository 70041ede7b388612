package chat

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync"

	"github.com/firsttoken/firsttoken/internal/sse"
)

// Options are settings of the program rather than of an endpoint.
type Options struct {
	Version string // of firsttoken, in User-Agent
	// DialContext makes connections instead of a net.Dialer with a timeout of ten seconds.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Client sends requests to one endpoint. It is safe for concurrent use: each request in flight has
// a connection of its own, HTTP/1.1, which later requests reuse.
type Client struct {
	endpoint Endpoint
	dialect  *dialect
	url      *url.URL
	encoder  *Encoder
	header   http.Header // of every request
	trip     http.RoundTripper
	close    func() // idle connections
	scanners sync.Pool

	secretHeaders []string // by name
	redactors     redactors
}

// NewClient fails on an endpoint that Validate rejects.
func NewClient(e Endpoint, o Options) (*Client, error) {
	var problems []error
	for _, p := range e.Validate() {
		problems = append(problems, p)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	d, err := dialectOf(e.API)
	if err != nil {
		return nil, err
	}
	return d.client(e, o)
}

// client of a valid endpoint.
func (d *dialect) client(e Endpoint, o Options) (*Client, error) {
	encoder, err := d.encoder(e)
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(e.URL)
	if err != nil {
		return nil, err
	}
	if base.Path == "" {
		base.Path = "/" // JoinPath would make the path relative
	}
	trip, closeIdle, err := newTransport(e, o)
	if err != nil {
		return nil, err
	}
	return &Client{
		endpoint: e,
		dialect:  d,
		url:      base.JoinPath(d.path(e.Model)),
		encoder:  encoder,
		header:   d.commonHeader(e, o),
		trip:     trip,
		close:    closeIdle,
		scanners: sync.Pool{New: func() any { return sse.NewScanner() }},

		secretHeaders: secretHeaders(e),
	}, nil
}

// Close releases idle connections. Call it after the last Send has returned.
func (c *Client) Close() { c.close() }
