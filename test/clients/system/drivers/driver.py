import json
import sys

import snippet

for line in sys.stdin:
    try:
        verdict = {"subject": snippet.verify(line.strip())["sub"]}
    except Exception as error:
        verdict = {"refused": f"{type(error).__name__}: {error}"}
    print(json.dumps(verdict), flush=True)
