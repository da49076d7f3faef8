# The functions of jq 1.6 that are written in jq. The others are in natives.rs.

def error($message): $message | error;
def select(f): if f then . else empty end;
def recurse(f): def r: ., (f | r); r;
def recurse(f; condition): def r: ., (f | select(condition) | r); r;
def recurse: recurse(.[]?);
def recurse_down: recurse;
def map(f): [.[] | f];
def map_values(f): .[] |= f;
def values: select(. != null);
def nulls: select(. == null);
def booleans: select(type == "boolean");
def numbers: select(type == "number");
def strings: select(type == "string");
def arrays: select(type == "array");
def objects: select(type == "object");
def iterables: select(type | . == "array" or . == "object");
def scalars: select(type | . != "array" and . != "object");
def isfinite: type == "number" and (isinfinite | not);
def finites: select(isfinite);
def normals: select(isnormal);

def range($to): range(0; $to);
def while(condition; update): def _while: if condition then ., (update | _while) else empty end; _while;
def until(condition; update): def _until: if condition then . else (update | _until) end; _until;
def repeat(f): def _repeat: ., (f | _repeat); _repeat;
def range($from; $to; $by):
  if $by > 0 then $from | while(. < $to; . + $by)
  elif $by < 0 then $from | while(. > $to; . + $by)
  else empty end;
def first(f): label $out | (f | ., break $out);
def first: .[0];
def last(f): reduce f as $item (null; $item);
def last: .[-1];
def nth($n): .[$n];
def nth($n; f):
  if $n < 0 then error("Out of bounds negative array index") else last(limit($n + 1; f)) end;
def isempty(f): first((f | false), true);
def any(f; condition): first((f | condition | select(.) | true), false);
def any(f): any(.[]; f);
def any: any(.[]; .);
def all(f; condition): first((f | condition | not | select(.) | false), true);
def all(f): all(.[]; f);
def all: all(.[]; .);
def in(container): . as $key | container | has($key);
def inside(container): . as $part | container | contains($part);
def isvalid(f): try (f | true) catch false;
def add(f): reduce f as $item (null; . + $item);

def sort_by(f): _sort_by(map([f]));
def group_by(f): _group_by(map([f]));
def unique_by(f): _unique_by(map([f]));
def min_by(f): _min_by(map([f]));
def max_by(f): _max_by(map([f]));
def with_entries(f): to_entries | map(f) | from_entries;
def flatten: flatten(1e9);

def paths: path(..) | select(length > 0);
def paths(filter): . as $top | paths | select(. as $path | $top | getpath($path) | filter);
def leaf_paths: paths(scalars);
def del(f): delpaths([path(f)]);
def walk(f): def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f; w;
def todate: strftime("%Y-%m-%dT%H:%M:%SZ");
def date: todate;
def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%SZ") | mktime;
def todateiso8601: todate;
def fromdate: fromdateiso8601;
def dateadd(unit; $seconds): . + $seconds;
def datesub(unit; $seconds): . - $seconds;

def combinations:
  if length == 0 then []
  else .[0][] as $first | (.[1:] | combinations) as $rest | [$first] + $rest end;
def combinations($n): . as $list | [range($n) | $list] | combinations;

def test($re; $flags): _match($re; $flags; true);
def test($re): _match($re; null; true);
def match($re; $flags): _match($re; $flags; false) | .[];
def match($re): _match($re; null; false) | .[];
def capture($re; $flags): match($re; $flags) | _captured;
def capture($re): match($re) | _captured;
def scan($re; $flags):
  match($re; "g" + $flags) | if (.captures | length) > 0 then [.captures[].string] else .string end;
def scan($re): scan($re; null);
def split($re; $flags): . as $text
  | [foreach (match($re; "g" + $flags), null) as $match ({start: 0};
      if $match == null then .piece = $text[.start:]
      else .piece = $text[.start:$match.offset] | .start = $match.offset + $match.length end;
      .piece)];
def splits($re; $flags): split($re; $flags) | .[];
def splits($re): splits($re; null);
# A replacement with several values gives as many texts; that of the last match changes slowest.
def sub($re; replacement; $flags): . as $text
  | [match($re; $flags)] as $matches
  | [$matches[] | [_captured | replacement]]
  | if all(length == 1) then map(.[0]) else reverse | combinations | reverse end
  | _replaced($text; $matches);
def sub($re; replacement): sub($re; replacement; "");
def gsub($re; replacement; $flags): sub($re; replacement; $flags + "g");
def gsub($re; replacement): sub($re; replacement; "g");
def ascii: [.] | implode;

def tostream:
  path(def r: (.[]? | r), .; r) as $path
  | getpath($path)
  | reduce path(.[]?) as $last ([$path, .]; [$path + $last]);
def fromstream(events):
  foreach events as $event ({value: null, done: false};
    (if .done then {value: null, done: false} else . end)
    | if ($event | length) == 2
      then setpath(["done"]; ($event[0] | length) == 0) | setpath(["value"] + $event[0]; $event[1])
      else setpath(["done"]; ($event[0] | length) == 1) end;
    if .done then .value else empty end);
def truncate_stream(stream):
  . as $depth | null | stream
  | . as $event | if ($event[0] | length) > $depth then setpath([0]; $event[0][$depth:]) else empty end;
def INDEX(stream; key): reduce stream as $row ({}; .[$row | key | tostring] |= $row);
def INDEX(key): INDEX(.[]; key);
def IN(stream): any(stream == .; .);
def IN(source; stream): any(source == stream; .);
def input: error("No more inputs");
def inputs: empty;
def debug: .;
def debug(message): .;
def stderr: .;
def input_filename: null;
def halt: error("halt is not available here");
def halt_error: error("halt_error is not available here");
def halt_error($code): halt_error;
def get_search_list: [];
