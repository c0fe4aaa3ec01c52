/** Cells for a notebook that ask the same of the same gateway. The token is read from the environment, never written. */
export function pythonCell(url: string, query: string): string {
  return `# pip install clickhouse-connect pandas
import os
import clickhouse_connect

db = clickhouse_connect.get_client(
    host=${JSON.stringify(new URL(url).hostname)},
    port=${new URL(url).port || (url.startsWith('https') ? '443' : '80')},
    interface=${JSON.stringify(new URL(url).protocol.replace(':', ''))},
    proxy_path="/clickhouse",
    username="analyst",
    password=os.environ["WAGGLE_TOKEN"],
)
frame = db.query_df(${pythonText(query)})
frame`
}

/** For a notebook without packages: the gateway's own route. */
export function plainPythonCell(url: string, query: string): string {
  return `import json, os, urllib.request

request = urllib.request.Request(
    ${JSON.stringify(`${url}/v1/sql`)},
    data=json.dumps({"query": ${pythonText(query)}}).encode(),
    headers={
        "authorization": "Bearer " + os.environ["WAGGLE_TOKEN"],
        "content-type": "application/json",
    },
)
result = json.load(urllib.request.urlopen(request))["data"]
names = [column["name"] for column in result["columns"]]
rows = [dict(zip(names, row)) for row in result["rows"]]`
}

/** A text of Python in which no character of the query means anything. */
function pythonText(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')
  return `"""\n${escaped}\n"""`
}
