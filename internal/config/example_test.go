package config_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/symbi-ctl/symbi-ctl/internal/config"
)

func ExampleLoad() {
	env := map[string]string{"SYMBIONT_TIMEOUT": "90"}
	s, err := config.Load(config.LoadOptions{
		Env:   func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		Flags: map[string]string{"timeout": "5s"},
	})
	if err != nil {
		log.Fatal(err)
	}
	e, err := s.Explain("timeout")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(s.Config.Timeout, "from", e.Source)
	for _, c := range e.Losers {
		fmt.Println(c.Value, "from", c.Source)
	}
	// Output:
	// 5s from flag --request-timeout
	// 1m30s from environment SYMBIONT_TIMEOUT
	// 30s from default
}

func ExampleSettings_Endpoint() {
	env := map[string]string{"SYMBIONT_API_KEY": "env:RUNTIME_TOKEN", "RUNTIME_TOKEN": "abc"}
	s, err := config.Load(config.LoadOptions{Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
	if err != nil {
		log.Fatal(err)
	}
	e, err := s.Endpoint()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(e.URL, e.Token, len(e.Token.Reveal()))
	// Output: http://localhost:8080/api/v1 [set] 3
}

func ExampleCheckBytes() {
	for _, problem := range config.CheckBytes("settings.yaml", []byte("colour: never\nbase_ulr: http://h\n")) {
		fmt.Printf("%v; %s\n", problem.Source, problem.Hint)
	}
	// Output:
	// settings.yaml:1; did you mean color?
	// settings.yaml:2; did you mean base_url?
}

func ExampleFile_Set() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "settings.yaml")
	if err := os.WriteFile(path, []byte("# mine\noutput: table # for people\n"), 0o600); err != nil {
		log.Fatal(err)
	}
	file, err := config.UserFile(config.LoadOptions{ConfigFile: path})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := file.Set(context.Background(), "", "output", "json"); err != nil {
		log.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(text))
	// Output:
	// # mine
	// output: json # for people
}
