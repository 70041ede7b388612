package dcgm

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
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
	waitTogether()
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		removeFake()
		os.Exit(code)
	}))
}

// waitTogether lets more tests run at once than there are processors, where nobody chose a number:
// they wait for the intervals of child processes and compute next to nothing.
func waitTogether() {
	flag.Parse()
	parallel := flag.Lookup("test.parallel")
	if parallel.Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		_ = parallel.Value.Set("6")
	}
}
