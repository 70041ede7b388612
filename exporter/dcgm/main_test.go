package dcgm

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// asAgent makes the test binary the child process that the program is under AgentCommand.
const asAgent = "FIRSTTOKEN_TEST_DCGM_AGENT"

func TestMain(m *testing.M) {
	if os.Getenv(asAgent) != "" {
		if err := RunAgent(context.Background(), os.Args[len(os.Args)-1], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		removeFake()
		os.Exit(code)
	}))
}
