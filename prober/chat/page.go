package chat

import (
	"context"
	"io"
	"net/http"
	"strings"
)

// Page is what an endpoint answered to a GET.
type Page struct {
	Status int // 0 without an answer
	Header http.Header
	Body   []byte // as the server wrote it: see Client.Printable before any of it is shown
	Said   string // the words of an error, fit to print
	Cause  Cause  // of Err
	Err    error  // why there was no answer; nil with one, whatever its status
}

// Get asks for a page of the endpoint's own host and reads at most limit bytes of it. The path is absolute. The
// endpoint's key goes with it, and therefore no redirect is followed.
func (c *Client) Get(ctx context.Context, path string, limit int64) Page {
	key, f := c.key()
	if f != nil {
		return c.noPage(f, "")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.page(path), http.NoBody)
	if err != nil {
		return c.noPage(unanswered(&Exchange{}, err), key)
	}
	req.Header = c.header.Clone()
	req.Header.Del("Content-Type")
	req.Header.Set("Accept", "application/json, text/plain, */*")
	if key != "" {
		c.dialect.authorize(req.Header, key)
	}
	resp, err := c.trip.RoundTrip(req)
	if err != nil {
		return c.noPage(unanswered(&Exchange{}, err), key)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit))
	if err != nil && len(body) == 0 {
		return c.noPage(unanswered(&Exchange{}, err), key)
	}
	p := Page{Status: resp.StatusCode, Header: resp.Header, Body: body}
	if said, ok := parseErrorBody(body); ok && p.Status >= http.StatusBadRequest {
		p.Said = c.Printable(said.text)
	}
	return p
}

// page is the URL of another page of the same host, with the query that every request has.
func (c *Client) page(path string) string {
	u := *c.url
	u.Path, u.RawPath, u.Fragment = "/"+strings.TrimPrefix(path, "/"), "", ""
	return u.String()
}

func (c *Client) noPage(f *failure, key string) Page {
	r := c.redactors.of(append(configuredSecrets(c.endpoint.HTTP), key))
	return Page{Cause: f.cause, Err: f.printable(r)}
}

// Printable is a server's text without control characters and secrets, and at most 256 bytes of it.
func (c *Client) Printable(text string) string {
	key, _ := c.key()
	r := c.redactors.of(append(configuredSecrets(c.endpoint.HTTP), key))
	return shorten(r.Clean(printable(text)), maxWords)
}
