package main

import (
	"bufio"
	"encoding/json"
	"os"
)

func main() {
	subjectOf := newSubjectOf()
	tokens := bufio.NewScanner(os.Stdin)
	tokens.Buffer(nil, 1<<20)
	verdicts := json.NewEncoder(os.Stdout)
	for tokens.Scan() {
		subject, err := subjectOf(tokens.Text())
		if err != nil {
			verdicts.Encode(map[string]string{"refused": err.Error()})
		} else {
			verdicts.Encode(map[string]string{"subject": subject})
		}
	}
}
