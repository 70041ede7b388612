package chat_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// question is a Conversation of one message.
type question string

func (question) Tools() []chat.Tool { return nil }
func (question) Len() int           { return 1 }

func (q question) Message(int) chat.Message {
	return chat.Message{Role: chat.User, Text: chat.Text{[]byte(q)}}
}

func ExampleClient_Send() {
	engine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, `data: {"model":"m-1","choices":[{"delta":{"content":"Four"}}]}`, "\n\n",
			`data: {"model":"m-1","choices":[{"delta":{},"finish_reason":"stop"}]}`, "\n\n",
			`data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":1}}`, "\n\n",
			"data: [DONE]\n\n")
	}))
	defer engine.Close()

	e := chat.DefaultEndpoint()
	e.URL, e.Model = engine.URL+"/v1", "m"
	client, err := chat.NewClient(e, chat.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	x := client.Send(context.Background(), &chat.Request{
		ID: "0123456789abcdef", Conversation: question("What is two and two?"), MaxTokens: 10,
	}, nil)
	input, _ := x.Usage.Input.Value()
	fmt.Println(x.Outcome, x.Finish, "by", x.Identity.Model)
	fmt.Println(input, "tokens in; first token after the request:", x.FirstToken.After(x.Started))
	// Output:
	// ok stop by m-1
	// 9 tokens in; first token after the request: true
}

func ExampleEndpoint_Validate() {
	e := chat.DefaultEndpoint()
	e.URL, e.SessionHeaders = "localhost:8000", []string{"X Session"}
	for _, problem := range e.Validate() {
		fmt.Println(problem)
	}
	// Output:
	// url: must begin with http:// or https://
	// model: is empty
	// session_headers: "X Session" is no header name
}
