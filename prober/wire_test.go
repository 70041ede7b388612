package prober

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/internal/pipenet"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// overHTTP is the result of one request to a server that writes the given answer, in simulated time. Each call of write
// is a write of its own on the connection.
func overHTTP(t *testing.T, api chat.API, answer func(write func(string))) (r Result) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := pipenet.New()
		s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "text/event-stream")
			answer(func(s string) {
				_, err := io.WriteString(w, s)
				if err := errors.Join(err, http.NewResponseController(w).Flush()); err != nil {
					t.Error(err)
				}
			})
		})}
		var served sync.WaitGroup
		served.Go(func() { _ = s.Serve(p) })
		e := chat.DefaultEndpoint()
		e.URL, e.API, e.Model, e.Timeout = "http://pipe/v1", api, "m", model.Duration(time.Hour)
		c, err := chat.NewClient(e, chat.Options{DialContext: p.DialContext})
		if err != nil {
			t.Fatal(err)
		}
		r = Result{Target: "t", Scheduled: time.Now()}
		r.Exchange = c.Send(t.Context(), &chat.Request{ID: "0123456789abcdef", MaxTokens: 450, Conversation: oneWord{}}, nil)
		c.Close()
		_ = s.Close()
		served.Wait()
	})
	return r
}

// oneWord is a conversation.
type oneWord struct{}

func (oneWord) Tools() []chat.Tool { return nil }
func (oneWord) Len() int           { return 1 }
func (oneWord) Message(int) chat.Message {
	return chat.Message{Role: chat.User, Text: chat.Text{[]byte("word")}}
}
