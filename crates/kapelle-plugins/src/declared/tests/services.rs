//! What each service is asked, and what becomes of its answers.

use kapelle_http::server::{Received, Server, answer};
use kapelle_plugin::stage::Stage;

use super::{failing, run, shown};

/// Settings that name other places of services.
const PLACES: &[&str] = &[
    "github",
    "google-calendar",
    "airbyte",
    "airtable",
    "facebook",
    "hubspot",
    "linear",
    "sendgrid",
    "stripe",
];

/// A type, its properties with `URL` for the server, what the server answers one after the other, what it is asked, and what
/// the task gives.
type Case<'c> = (&'c str, &'c str, &'c [&'c str], &'c [&'c str], &'c str);

const CASES: &[Case<'_>] = &[
    (
        "sentry.SentryExecution",
        "dsn: 'http://key@HOST/7'\nexecutionId: exec1\nendpointType: STORE\neventId: e1\nlevel: FATAL\nextra: {room: 12}\npayload: {timestamp: 5}",
        &["{}"],
        &[
            r#"POST /api/7/store/ {"event_id":"e1","timestamp":5,"platform":"java","level":"fatal","transaction":"team.a.f","message":"team.a.f is FAILED","extra":{"execution":"exec1","namespace":"team.a","flow":"f","state":"FAILED","duration":"1 min 9 s","text":"FAILED after 1 min 9 s\nTask load failed: the disk is full","room":12}}"#,
        ],
        "{}",
    ),
    (
        "twilio.sendgrid.SendGridMailSend",
        "sendgridApiKey: k\nfrom: a@b.c\nto: [d@e.f]\nsubject: s\nhtmlContent: <p>\nattachments: [{name: a.txt, uri: 'FILE', contentType: text/plain}]",
        &["{}"],
        &[
            r#"POST /v3/mail/send {"personalizations":[{"to":[{"email":"d@e.f"}]}],"from":{"email":"a@b.c"},"subject":"s","content":[{"type":"text/html","value":"<p>"}],"attachments":[{"content":"aGVsbG8=","filename":"a.txt","type":"text/plain","disposition":"attachment"}]}"#,
        ],
        r#"{"body":"{}","headers":{"Content-Length":"2"},"statusCode":200}"#,
    ),
    (
        "twilio.sendgrid.SendGridMailExecution",
        "sendgridApiKey: k\nfrom: a@b.c\nto: [d@e.f]\nexecutionId: exec1",
        &["{}"],
        &[
            r#"POST /v3/mail/send {"personalizations":[{"to":[{"email":"d@e.f"}]}],"from":{"email":"a@b.c"},"subject":"team.a.f is FAILED","content":[{"type":"text/plain","value":"team.a.f is FAILED\nFAILED after 1 min 9 s\nTask load failed: the disk is full"}]}"#,
        ],
        r#"{"body":"{}","headers":{"Content-Length":"2"},"statusCode":200}"#,
    ),
    (
        "twilio.notify.TwilioAlert",
        "url: URL/n\naccountSID: s\nauthToken: t\npayload: '{\"identity\": \"1\", \"Body\": \"a b\"}'",
        &["{}"],
        &["POST /n Identity=1&Body=a+b"],
        "{}",
    ),
    (
        "twilio.notify.TwilioExecution",
        "url: URL/n\naccountSID: s\nauthToken: t\nexecutionId: exec1\nidentity: 1\nbody: x",
        &["{}"],
        &["POST /n Body=x&Identity=1"],
        "{}",
    ),
    (
        "meta.whatsapp.WhatsAppExecution",
        "url: URL/w\nexecutionId: exec1\nrecipientId: '49'\ntextBody: x",
        &["{}"],
        &[
            r#"POST /w {"messaging_product":"whatsapp","recipient_type":"individual","to":"49","type":"text","text":{"body":"x"}}"#,
        ],
        "{}",
    ),
    (
        "meta.whatsapp.WhatsAppExecution",
        "url: URL/w\nexecutionId: exec1\nwhatsAppIds: ['49', '50']\nprofileName: Ann\nrecipientId: '7'\npayload: {messages: []}",
        &["{}"],
        &[
            r#"POST /w {"contacts":[{"wa_id":"49","profile":{"name":"Ann"}},{"wa_id":"50","profile":{"name":"Ann"}}],"messages":[],"recipient_id":"7"}"#,
        ],
        "{}",
    ),
    (
        "meta.whatsapp.WhatsAppIncomingWebhook",
        "url: URL/w\npayload: {a: b}",
        &["{}"],
        &[r#"POST /w {"a":"b"}"#],
        "{}",
    ),
    (
        "meta.messenger.MessengerExecution",
        "pageId: '1'\naccessToken: t\nrecipientIds: ['2', '3']\nexecutionId: exec1\ntextBody: x",
        &["{}", "{}"],
        &[
            r#"POST /v24.0/1/messages {"recipient":{"id":"2"},"messaging_type":"UPDATE","message":{"text":"x"}}"#,
            r#"POST /v24.0/1/messages {"recipient":{"id":"3"},"messaging_type":"UPDATE","message":{"text":"x"}}"#,
        ],
        "{}",
    ),
    (
        "github.issues.Create",
        "oauthToken: t\nrepository: a/b\ntitle: x\nlabels: [l]\nfields: {milestone: 1}",
        &[r#"{"html_url":"https://h/1","number":1}"#],
        &[r#"POST /repos/a/b/issues {"title":"x","labels":["l"],"milestone":1}"#],
        r#"{"issueNumber":1,"issueUrl":"https://h/1"}"#,
    ),
    (
        "github.issues.Comment",
        "oauthToken: t\nrepository: a/b\nissueNumber: 3\nbody: x",
        &[r#"{"html_url":"h","issue_url":"i"}"#],
        &[r#"POST /repos/a/b/issues/3/comments {"body":"x"}"#],
        r#"{"commentUrl":"h","issueUrl":"i"}"#,
    ),
    (
        "github.pulls.Create",
        "endpoint: URL/api/\noauthToken: t\nrepository: a/b\nsourceBranch: s\ntargetBranch: m\ntitle: x\nreviewers: [ann]",
        &[r#"{"html_url":"h","issue_url":"i","number":4}"#, "{}"],
        &[
            r#"POST /api/repos/a/b/pulls {"title":"x","head":"s","base":"m","maintainer_can_modify":false,"draft":false}"#,
            r#"POST /api/repos/a/b/pulls/4/requested_reviewers {"reviewers":["ann"]}"#,
        ],
        r#"{"issueUrl":"i","pullRequestUrl":"h"}"#,
    ),
    (
        "github.actions.RunWorkflow",
        "oauthToken: t\nrepository: a/b\nworkflowId: d.yml\nref: main\ninputs: {x: '1'}",
        &[""],
        &[r#"POST /repos/a/b/actions/workflows/d.yml/dispatches {"ref":"main","inputs":{"x":"1"}}"#],
        "{}",
    ),
    (
        "github.code.Search",
        "query: f\nrepository: a/b\nfork: FORKS_ONLY\nfetchType: FETCH",
        &[
            r#"{"total_count":101,"items":[{"n":1,"url":"api","html_url":"h","repository":{"name":"b","html_url":"r"}}]}"#,
            r#"{"total_count":101,"items":[]}"#,
        ],
        &[
            "GET /search/code?q=f%20repo%3Aa%2Fb%20fork%3Aonly&order=asc&per_page=100 ",
            "GET /search/code?q=f%20repo%3Aa%2Fb%20fork%3Aonly&order=asc&per_page=100&page=2 ",
        ],
        r#"{"rows":[{"n":1,"url":"h","html_url":"h","repository":{"name":"b","html_url":"r"},"repository_name":"b","repository_url":"r"}],"size":1,"total":101}"#,
    ),
    (
        "github.pulls.Search",
        "repository: a/b\nopen: true\nfetchType: FETCH_ONE",
        &[
            r#"{"total_count":500,"items":[{"number":7,"url":"api","html_url":"https://h/a/b/pull/7","repository_url":"https://api/repos/a/b","state":"closed","state_reason":null,"user":{"login":"ann"},"assignee":null,"assignees":[{"login":"ben"}],"labels":[{"name":"l"}]}]}"#,
        ],
        &["GET /search/issues?q=is%3Apr%20is%3Aopen%20repo%3Aa%2Fb&sort=created&order=asc&per_page=100 "],
        r#"{"row":{"number":7,"url":"https://h/a/b/pull/7","html_url":"https://h/a/b/pull/7","repository_url":"https://h/a/b","state":"CLOSED","state_reason":null,"user":{"login":"ann"},"assignee":null,"assignees":["ben"],"labels":["l"],"owner":"ann","closed_by":null,"repository_name":"b"},"size":1,"total":500}"#,
    ),
    (
        "github.issues.Search",
        "query: x\nfetchType: FETCH_ONE",
        &[
            r#"{"total_count":1,"items":[{"html_url":"https://h/a/b/issues/7","repository_url":"https://api/repos/a/b","state":"open","state_reason":"reopened","user":{"login":"ann"},"milestone":null}]}"#,
        ],
        &["GET /search/issues?q=x%20is%3Aissue&sort=created&order=asc&per_page=100 "],
        r#"{"row":{"html_url":"https://h/a/b/issues/7","repository_url":"https://h/a/b","state":"OPEN","state_reason":"REOPENED","user":{"login":"ann"},"milestone":null,"owner":"ann","assignee":null,"assignees":[],"closed_by":null,"labels":[],"repository_name":"b","url":"https://h/a/b/issues/7"},"size":1,"total":1}"#,
    ),
    (
        "github.commits.Search",
        "query: x\nis: public\nfetchType: FETCH_ONE",
        &[
            r#"{"total_count":1,"items":[{"sha":"1","html_url":"h","url":"api","author":{"login":"ann"},"committer":null,"repository":{"name":"b"},"commit":{"message":"m","author":{"date":"d"},"committer":{"date":"e"},"tree":{"sha":"2","url":"t"}}}]}"#,
        ],
        &["GET /search/commits?q=x%20is%3Apublic&sort=committer-date&order=asc&per_page=100 "],
        r#"{"row":{"sha":"1","html_url":"h","url":"h","author":"ann","committer":null,"repository":"b","commit":{"message":"m","author":{"date":"d"},"committer":{"date":"e"},"tree":{"sha":"2","url":"t"}},"authored_date":"d","commit_date":"e","message":"m","tree_sha":"2","tree_url":"t"},"size":1,"total":1}"#,
    ),
    (
        "github.repositories.Search",
        "query: x\nfetchType: FETCH_ONE",
        &[
            r#"{"total_count":1,"items":[{"url":"api","html_url":"h","owner":{"login":"ann"},"stargazers_count":3,"open_issues_count":4,"updated_at":"u","created_at":"c","is_template":false,"visibility":"public"}]}"#,
        ],
        &["GET /search/repositories?q=x&sort=updated&order=asc&per_page=100 "],
        r#"{"row":{"url":"h","html_url":"h","owner":"ann","stargazers_count":3,"open_issues_count":4,"updated_at":"u","created_at":"c","is_template":false,"visibility":"PUBLIC","stars_count":3,"issues_count":4,"updated":"u","created":"c","template":false},"size":1,"total":1}"#,
    ),
    (
        "github.users.Search",
        "query: x\nfetchType: FETCH_ONE",
        &[r#"{"total_count":1,"items":[{"login":"ann","url":"api","html_url":"h"}]}"#],
        &["GET /search/users?q=x&sort=joined&order=asc&per_page=100 "],
        r#"{"row":{"login":"ann","url":"h","html_url":"h","username":"ann"},"size":1,"total":1}"#,
    ),
    (
        "github.topics.Search",
        "query: x\nis: FEATURED\nfetchType: FETCH",
        &[r#"{"total_count":1,"items":[{"name":"n"}]}"#],
        &["GET /search/topics?q=x%20is%3Afeatured&order=asc&per_page=100 "],
        r#"{"rows":[{"name":"n"}],"size":1,"total":1}"#,
    ),
    (
        "supabase.Select",
        "url: URL/\napiKey: k\ntable: t\nfilter: a=eq.1\nlimit: 2",
        &[r#"[{"a":1}]"#],
        &["GET /rest/v1/t?a=eq.1&limit=2 "],
        r#"{"code":200,"headers":{"Content-Length":["9"]},"rawResponse":"[{\"a\":1}]","rows":[{"a":1}],"size":1,"uri":"URL/rest/v1/t"}"#,
    ),
    (
        "supabase.Insert",
        "url: URL/rest/v1\napiKey: k\ntable: t\ndata: {a: 1}\nonConflict: a",
        &[r#"[{"a":1}]"#],
        &[r#"POST /rest/v1/t?on_conflict=a {"a":1}"#],
        r#"{"code":200,"headers":{"Content-Length":["9"]},"insertedCount":1,"insertedRows":[{"a":1}],"rawResponse":"[{\"a\":1}]","uri":"URL/rest/v1/t"}"#,
    ),
    (
        "supabase.Insert",
        "url: URL\napiKey: k\ntable: t\ndata: ' [{\"a\": 1}]'",
        &["[]"],
        &[r#"POST /rest/v1/t  [{"a": 1}]"#],
        r#"{"code":200,"headers":{"Content-Length":["2"]},"insertedCount":0,"insertedRows":[],"rawResponse":"[]","uri":"URL/rest/v1/t"}"#,
    ),
    (
        "supabase.Update",
        "url: URL\napiKey: k\ntable: t\nfilter: a=eq.1\ndata: {b: 2}",
        &["[]"],
        &[r#"PATCH /rest/v1/t?a=eq.1 {"b":2}"#],
        r#"{"code":200,"headers":{"Content-Length":["2"]},"rawResponse":"[]","updatedCount":0,"updatedRows":[],"uri":"URL/rest/v1/t"}"#,
    ),
    (
        "supabase.Delete",
        "url: URL\napiKey: k\ntable: t\nfilter: a=eq.1",
        &["[]"],
        &["DELETE /rest/v1/t?a=eq.1 "],
        r#"{"code":200,"deletedCount":0,"deletedRows":[],"headers":{"Content-Length":["2"]},"rawResponse":"[]","uri":"URL/rest/v1/t"}"#,
    ),
    (
        "supabase.Query",
        "url: URL\napiKey: k\nfunctionName: f\nparameters: {a: 1}",
        &["7"],
        &[r#"POST /rest/v1/rpc/f {"a":1}"#],
        r#"{"code":200,"headers":{"Content-Length":["1"]},"rawResponse":"7","rows":[7],"size":1,"uri":"URL/rest/v1/rpc/f"}"#,
    ),
    (
        "gitlab.issues.Create",
        "url: URL\ntoken: t\nprojectId: a/b\ntitle: x\nlabels: [l, m]",
        &[r#"{"id":84,"iid":5,"web_url":"w"}"#],
        &[r#"POST /api/v4/projects/a%2Fb/issues {"title":"x","labels":"l,m"}"#],
        r#"{"issueId":"84","statusCode":200,"webUrl":"w"}"#,
    ),
    (
        "gitlab.issues.Search",
        "url: URL\ntoken: t\nprojectId: '1'\nsearch: x",
        &[r#"[{"iid":5}]"#],
        &["GET /api/v4/projects/1/issues?search=x&state=opened&per_page=100 "],
        r#"{"count":1,"issues":[{"iid":5}],"statusCode":200}"#,
    ),
    (
        "gitlab.mergerequests.Create",
        "url: URL\ntoken: t\nprojectId: a%2Fb\ntitle: x\nsourceBranch: s\ntargetBranch: m",
        &[r#"{"id":85,"iid":6,"web_url":"w"}"#],
        &[
            r#"POST /api/v4/projects/a%2Fb/merge_requests {"title":"x","source_branch":"s","target_branch":"m"}"#,
        ],
        r#"{"mergeReqID":"85","statusCode":200,"webUrl":"w"}"#,
    ),
    (
        "jira.issues.Create",
        "baseUrl: URL\nusername: u\npassword: p\nprojectKey: OPS\nsummary: s\ndescription: d\nissueTypeId: '1'",
        &["{}"],
        &[
            r#"POST /rest/api/2/issue {"fields":{"project":{"key":"OPS"},"summary":"s","description":"d","issuetype":{"id":"1"}}}"#,
        ],
        "{}",
    ),
    (
        "jira.issues.Create",
        "baseUrl: URL\naccessToken: t\nprojectKey: OPS\nsummary: s",
        &["{}"],
        &[r#"POST /rest/api/2/issue {"fields":{"project":{"key":"OPS"},"summary":"s"}}"#],
        "{}",
    ),
    (
        "jira.issues.CreateComment",
        "baseUrl: URL\naccessToken: t\nprojectKey: OPS\nissueIdOrKey: OPS-1\nbody: x",
        &["{}"],
        &[r#"POST /rest/api/2/issue/OPS-1/comment {"body":"x"}"#],
        "{}",
    ),
    (
        "jira.issues.UpdateFields",
        "baseUrl: URL\naccessToken: t\nissueIdOrKey: OPS-1\nfields: {summary: x}",
        &[""],
        &[r#"PUT /rest/api/2/issue/OPS-1 {"fields":{"summary":"x"}}"#],
        "{}",
    ),
    (
        "airbyte.connections.Sync",
        "url: URL\nconnectionId: c\napplicationCredentials: {clientId: i, clientSecret: s}\npollFrequency: PT2S",
        &[
            r#"{"access_token":"a"}"#,
            r#"{"job":{"id":9}}"#,
            r#"{"job":{"id":9,"status":"running"}}"#,
            r#"{"job":{"id":9,"status":"succeeded"}}"#,
        ],
        &[
            r#"POST /api/v1/applications/token {"client_id":"i","client_secret":"s"}"#,
            r#"POST /api/v1/connections/sync {"connectionId":"c"}"#,
            r#"POST /api/v1/jobs/get {"id":9}"#,
            r#"POST /api/v1/jobs/get {"id":9}"#,
        ],
        r#"{"alreadyRunning":false,"jobId":9}"#,
    ),
    (
        "airbyte.connections.CheckStatus",
        "url: URL\ntoken: t\njobId: '9'",
        &[r#"{"job":{"id":9,"status":"succeeded"}}"#],
        &[r#"POST /api/v1/jobs/get {"id":9}"#],
        r#"{"finalJobStatus":"succeeded"}"#,
    ),
    (
        "airbyte.cloud.jobs.Reset",
        "token: t\nconnectionId: c",
        &[r#"{"jobId":9,"status":"running"}"#, r#"{"jobId":9,"status":"succeeded"}"#],
        &[r#"POST /v1/jobs {"connectionId":"c","jobType":"reset"}"#, "GET /v1/jobs/9 "],
        r#"{"job":{"jobId":9,"status":"succeeded"}}"#,
    ),
    (
        "dbt.cloud.TriggerRun",
        "baseUrl: URL\naccountId: '1'\ntoken: t\njobId: '2'\ncause: c\nstepsOverride: [dbt build]\nwait: false",
        &[r#"{"data":{"id":3}}"#],
        &[r#"POST /api/v2/accounts/1/jobs/2/run/ {"cause":"c","steps_override":["dbt build"]}"#],
        r#"{"runId":3}"#,
    ),
    (
        "elasticsearch.Get",
        "connection: {hosts: ['URL']}\nindex: i\nkey: a b",
        &[r#"{"_source":{"x":1}}"#],
        &["GET /i/_doc/a+b "],
        r#"{"row":{"x":1}}"#,
    ),
    (
        "elasticsearch.Put",
        "connection: {hosts: ['URL'], pathPrefix: /es}\nindex: i\nkey: k\nopType: UPDATE\nvalue: {x: 1}\nrefreshPolicy: WAIT_UNTIL",
        &[r#"{"_id":"k","result":"updated","_version":2}"#],
        &[r#"POST /es/i/_update/k?refresh=wait_for {"doc":{"x":1}}"#],
        r#"{"id":"k","result":"updated","version":2}"#,
    ),
    (
        "opensearch.Put",
        "connection: {hosts: ['URL']}\nindex: i\nkey: k\nopType: DELETE",
        &[r#"{"_id":"k","result":"deleted","_version":3}"#],
        &["DELETE /i/_doc/k "],
        r#"{"id":"k","result":"deleted","version":3}"#,
    ),
    (
        "elasticsearch.Search",
        "connection: {hosts: ['URL']}\nindexes: [i, j]\nrequest: '{\"query\": {}}'",
        &[r#"{"hits":{"total":{"value":5},"hits":[{"_source":{"x":1}}]}}"#],
        &[r#"POST /i,j/_search {"query": {}}"#],
        r#"{"rows":[{"x":1}],"size":1,"total":5}"#,
    ),
    (
        "elasticsearch.Esql",
        "connection: {hosts: ['URL']}\nquery: FROM i",
        &[r#"{"columns":[{"name":"a"},{"name":"b"}],"values":[[1,"x"]]}"#],
        &[r#"POST /_query {"query":"FROM i"}"#],
        r#"{"rows":[{"a":1,"b":"x"}],"size":1,"total":1}"#,
    ),
    (
        "opensearch.Ppl",
        "connection: {hosts: ['URL']}\nquery: source=i\nfetchType: FETCH_ONE",
        &[r#"{"schema":[{"name":"a"}],"datarows":[[1],[2]],"total":2}"#],
        &[r#"POST /_plugins/_ppl?format=jdbc {"query":"source=i"}"#],
        r#"{"row":{"a":1},"size":2,"total":2}"#,
    ),
    (
        "opensearch.Request",
        "connection: {hosts: ['URL']}\nendpoint: /_cluster/health\nparameters: {level: shards}",
        &[r#"{"status":"green"}"#],
        &["GET /_cluster/health?level=shards "],
        r#"{"response":{"status":"green"},"status":200}"#,
    ),
    (
        "linear.issues.Create",
        "token: t\nteam: T\ntitle: x\nlabels: [l]",
        &[
            r#"{"data":{"teams":{"nodes":[{"id":"t1"}]},"issueLabels":{"nodes":[{"id":"l1"}]}}}"#,
            r#"{"data":{"issueCreate":{"success":true,"issue":{"id":"i1"}}}}"#,
        ],
        &[
            r#"POST /graphql {"query":"query($team: String!, $labels: [String!]!) { teams(filter: {name: {eq: $team}}) { nodes { id } } issueLabels(filter: {name: {in: $labels}}) { nodes { id } } }","variables":{"team":"T","labels":["l"]}}"#,
            r#"POST /graphql {"query":"mutation($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id } } }","variables":{"input":{"teamId":"t1","title":"x","labelIds":["l1"]}}}"#,
        ],
        r#"{"isSuccess":true,"issueId":"i1"}"#,
    ),
    (
        "zendesk.tickets.Create",
        "domain: URL\nusername: u\ntoken: t\nsubject: s\ndescription: d\npriority: HIGH\ntags: [a]",
        &[r#"{"ticket":{"id":3,"url":"u"}}"#],
        &[
            r#"POST /api/v2/tickets.json {"ticket":{"subject":"s","comment":{"body":"d"},"priority":"high","tags":["a"]}}"#,
        ],
        r#"{"id":3,"url":"u"}"#,
    ),
    (
        "servicenow.Get",
        "domain: URL\nusername: u\npassword: p\ntable: t\nquery: a=b\nlimit: 1\nfields: [a, b]",
        &[r#"{"result":[{"a":1}]}"#],
        &["GET /api/now/table/t?sysparm_query=a%3Db&sysparm_limit=1&sysparm_fields=a%2Cb "],
        r#"{"offset":0,"results":[{"a":1}],"size":1}"#,
    ),
    (
        "servicenow.Post",
        "domain: URL\nusername: u\npassword: p\nclientId: c\nclientSecret: s\ntable: t\ndata: {a: 1}",
        &[r#"{"access_token":"a"}"#, r#"{"result":{"a":1}}"#],
        &[
            "POST /oauth_token.do grant_type=password&client_id=c&client_secret=s&username=u&password=p",
            r#"POST /api/now/table/t {"a":1}"#,
        ],
        r#"{"result":{"a":1}}"#,
    ),
    (
        "servicenow.Update",
        "domain: URL\nusername: u\npassword: p\ntable: t\nsysId: i\ndata: {a: 1}",
        &[r#"{"result":{"a":1}}"#],
        &[r#"PATCH /api/now/table/t/i {"a":1}"#],
        r#"{"result":{"a":1}}"#,
    ),
    (
        "servicenow.Delete",
        "domain: URL\nusername: u\npassword: p\ntable: t\nsysId: i",
        &[""],
        &["DELETE /api/now/table/t/i "],
        r#"{"deleted":true}"#,
    ),
    (
        "airtable.records.List",
        "baseId: b\ntableId: My t\napiKey: k\nfields: [a, c]\nenableAutoPagination: true",
        &[r#"{"records":[{"id":"1"}],"offset":"o"}"#, r#"{"records":[{"id":"2"}]}"#],
        &[
            "GET /v0/b/My%20t?fields%5B%5D=a&fields%5B%5D=c ",
            "GET /v0/b/My%20t?fields%5B%5D=a&fields%5B%5D=c&offset=o ",
        ],
        r#"{"rows":[{"id":"1"},{"id":"2"}],"size":2}"#,
    ),
    (
        "airtable.records.Get",
        "baseId: b\ntableId: t\napiKey: k\nrecordId: r\nfields: [a]",
        &[r#"{"id":"r","fields":{"a":1,"b":2}}"#],
        &["GET /v0/b/t/r "],
        r#"{"record":{"id":"r","fields":{"a":1}}}"#,
    ),
    (
        "airtable.records.Create",
        "baseId: b\ntableId: t\napiKey: k\nrecords: [{n: 1}, {n: 2}, {n: 3}, {n: 4}, {n: 5}, {n: 6}, {n: 7}, {n: 8}, {n: 9}, {n: 10}, {n: 11}]",
        &[r#"{"records":[{"id":"r1"}]}"#, r#"{"records":[{"id":"r11"}]}"#],
        &[
            r#"POST /v0/b/t {"records":[{"fields":{"n":1}},{"fields":{"n":2}},{"fields":{"n":3}},{"fields":{"n":4}},{"fields":{"n":5}},{"fields":{"n":6}},{"fields":{"n":7}},{"fields":{"n":8}},{"fields":{"n":9}},{"fields":{"n":10}}],"typecast":false}"#,
            r#"POST /v0/b/t {"records":[{"fields":{"n":11}}],"typecast":false}"#,
        ],
        r#"{"record":{"id":"r1"},"recordIds":["r1","r11"],"records":[{"id":"r1"},{"id":"r11"}]}"#,
    ),
    (
        "airtable.records.Update",
        "baseId: b\ntableId: t\napiKey: k\nrecordId: r\nfields: {a: 1}",
        &[r#"{"id":"r"}"#],
        &[r#"PATCH /v0/b/t/r {"fields":{"a":1},"typecast":false}"#],
        r#"{"record":{"id":"r"},"recordId":"r"}"#,
    ),
    (
        "airtable.records.Delete",
        "baseId: b\ntableId: t\napiKey: k\nrecordId: r",
        &["{}"],
        &["DELETE /v0/b/t/r "],
        "{}",
    ),
    (
        "airflow.dags.TriggerDagRun",
        "baseUrl: URL\ndagId: d\nbody: {conf: {a: 1}}\nwait: true",
        &[
            r#"{"dag_id":"d","dag_run_id":"r 1","state":"queued"}"#,
            r#"{"dag_id":"d","dag_run_id":"r 1","state":"success","start_date":"s","end_date":"e"}"#,
        ],
        &[r#"POST /api/v1/dags/d/dagRuns {"conf":{"a":1}}"#, "GET /api/v1/dags/d/dagRuns/r+1 "],
        r#"{"dagId":"d","dagRunId":"r 1","ended":"e","started":"s","state":"success"}"#,
    ),
    (
        "jenkins.JobBuild",
        "serverUrl: URL\njobName: a/b\nparameters: {x: '1'}",
        &[""],
        &["POST /job/a/job/b/buildWithParameters x=1"],
        r#"{"status":200}"#,
    ),
    (
        "jenkins.JobInfo",
        "serverUrl: URL\njobName: a\nbuildNumber: 2",
        &[r#"{"result":"SUCCESS"}"#],
        &["GET /job/a/2/api/json "],
        r#"{"info":{"result":"SUCCESS"}}"#,
    ),
    (
        "hubspot.contacts.Create",
        "apiKey: k\nemail: a@b.c\nfirstName: Ann\nadditionalProperties: {city: X}",
        &[r#"{"id":"7"}"#],
        &[r#"POST /crm/v3/objects/contacts {"properties":{"email":"a@b.c","firstname":"Ann","city":"X"}}"#],
        r#"{"id":7,"uri":"URL/crm/v3/objects/contacts/7"}"#,
    ),
    (
        "hubspot.contacts.Update",
        "apiKey: k\ncontactId: '7'\nphone: '1'",
        &[r#"{"id":"7"}"#],
        &[r#"PATCH /crm/v3/objects/contacts/7 {"properties":{"phone":"1"}}"#],
        r#"{"id":7,"uri":"URL/crm/v3/objects/contacts/7"}"#,
    ),
    (
        "hubspot.contacts.Delete",
        "apiKey: k\ncontactId: '7'",
        &[""],
        &["DELETE /crm/v3/objects/contacts/7 "],
        "{}",
    ),
    (
        "hubspot.tickets.Create",
        "oauthToken: k\nsubject: s\npipeline: 0\npriority: HIGH",
        &[r#"{"id":"8"}"#],
        &[
            r#"POST /crm/v3/objects/tickets {"properties":{"subject":"s","hs_pipeline":"0","hs_pipeline_stage":"1","hs_ticket_priority":"HIGH"}}"#,
        ],
        r#"{"id":8,"uri":"URL/crm/v3/objects/tickets/8"}"#,
    ),
    (
        "stripe.customer.Create",
        "apiKey: k\nname: Ann\nemail: a@b.c\nmetadata: {x: 1}",
        &[r#"{"id":"cus"}"#],
        &["POST /v1/customers name=Ann&email=a%40b.c&metadata%5Bx%5D=1"],
        r#"{"customerId":"cus"}"#,
    ),
    (
        "stripe.customer.Delete",
        "apiKey: k\ncustomerId: cus",
        &[r#"{"id":"cus","deleted":true}"#],
        &["DELETE /v1/customers/cus "],
        r#"{"customerData":{"id":"cus","deleted":true},"customerId":"cus","deleted":true}"#,
    ),
    (
        "stripe.customer.List",
        "apiKey: k\nemail: a@b.c",
        &[r#"{"data":[{"id":"cus"}]}"#],
        &["GET /v1/customers?limit=10&email=a%40b.c "],
        r#"{"customers":[{"id":"cus"}],"totalCount":1}"#,
    ),
    (
        "stripe.payment.CreateIntent",
        "apiKey: k\namount: 1200\ncurrency: EUR\ncustomer: cus",
        &[r#"{"id":"pi","status":"s"}"#],
        &["POST /v1/payment_intents amount=1200&currency=eur&customer=cus"],
        r#"{"paymentIntentId":"pi","rawResponse":{"id":"pi","status":"s"},"status":"s"}"#,
    ),
    (
        "stripe.payment.Refund",
        "apiKey: k\npaymentIntentId: pi\namount: 5",
        &[r#"{"id":"re","status":"s","amount":5,"currency":"eur"}"#],
        &["POST /v1/refunds payment_intent=pi&amount=5"],
        r#"{"amount":5,"currency":"eur","raw":"{\"id\":\"re\",\"status\":\"s\",\"amount\":5,\"currency\":\"eur\"}","refundId":"re","status":"s"}"#,
    ),
    (
        "stripe.payment.DetachMethod",
        "apiKey: k\npaymentMethodId: pm",
        &[r#"{"id":"pm","type":"card"}"#],
        &["POST /v1/payment_methods/pm/detach "],
        r#"{"id":"pm","rawResponse":{"id":"pm","type":"card"},"type":"card"}"#,
    ),
];

fn told(request: &Received) -> String {
    format!("{} {}", request.line.trim_end_matches(" HTTP/1.1"), request.body())
}

fn answering(answers: &[&str]) -> Server {
    let answers: Vec<String> = answers.iter().map(|&one| one.to_owned()).collect();
    let count = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |_| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        answer("200 OK", &[], answers.get(number).map_or("", String::as_str))
    })
}

fn stage(server: &Server) -> Stage {
    let set =
        |stage: Stage, place: &&str| stage.setting(&format!("kapelle.services.{place}"), &server.url(""));
    let stage = PLACES.iter().fold(Stage::new(), set);
    stage.memory().told.lock().unwrap().push(failing());
    stage
}

/// What is different from what a case says.
async fn differences(case: &Case<'_>) -> Vec<String> {
    let (name, properties, answers, sent, gives) = case;
    let server = answering(answers);
    let stage = stage(&server);
    let file = stage.put_file("a.txt", b"hello");
    let host = server.address().to_string();
    let place =
        |text: &str| text.replace("URL", &server.url("")).replace("HOST", &host).replace("FILE", &file);
    let given = match run(&stage, &format!("io.kestra.plugin.{name}"), &place(properties)).await {
        Ok(given) => shown(given),
        Err(broken) => broken.failure.to_string(),
    };
    let asked: Vec<_> = server.requests().iter().map(told).collect();
    let pairs = [(asked.join("\n"), sent.join("\n")), (given, place(gives))];
    pairs
        .into_iter()
        .filter(|(is, wanted)| is != wanted)
        .map(|(is, wanted)| format!("{name}:\n{is}\nnot\n{wanted}\n"))
        .collect()
}

#[tokio::test]
async fn every_service_is_asked_in_its_own_form() {
    let mut all = Vec::new();
    for case in CASES {
        all.extend(differences(case).await);
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[tokio::test]
async fn whoever_asks_says_who_it_is() {
    for (name, properties, header, value) in [
        ("github.issues.Create", "oauthToken: t\nrepository: a/b", "authorization", "Bearer t"),
        ("gitlab.issues.Search", "url: URL\ntoken: t\nprojectId: '1'", "private-token", "t"),
        (
            "jira.issues.UpdateFields",
            "baseUrl: URL\nusername: u\npassword: p\naccessToken: t\nissueIdOrKey: a\nfields: {}",
            "authorization",
            "Basic dTpw",
        ),
        ("supabase.Delete", "url: URL\napiKey: k\ntable: t\nfilter: a=eq.1", "apikey", "k"),
        (
            "elasticsearch.Request",
            "connection: {hosts: ['URL'], basicAuth: {username: u, password: p}}\nendpoint: x",
            "authorization",
            "Basic dTpw",
        ),
        (
            "opensearch.Request",
            "connection: {hosts: ['URL'], headers: ['X-Own: a b']}\nendpoint: x",
            "x-own",
            "a b",
        ),
        ("airbyte.connections.CheckStatus", "url: URL\ntoken: t\njobId: '1'", "authorization", "Bearer t"),
        (
            "dbt.cloud.CheckStatus",
            "baseUrl: URL\naccountId: '1'\ntoken: t\nrunId: '1'",
            "authorization",
            "Token t",
        ),
    ] {
        let server = answering(&[r#"{"job":{"status":"succeeded"},"data":{"is_complete":true},"iid":1}"#]);
        let properties = properties.replace("URL", &server.url(""));
        let _given = run(&stage(&server), &format!("io.kestra.plugin.{name}"), &properties).await;
        assert_eq!(server.last().header(header), Some(value), "{name}");
    }
}

/// A payment that a crash began twice is one payment.
#[tokio::test]
async fn whoever_pays_says_which_task_run_it_is() {
    let server = answering(&[r#"{"id":"pi","status":"s"}"#]);
    let run_of = kapelle_model::Map::from_iter([("id".into(), kapelle_model::Value::from("run1"))]);
    let stage = stage(&server).variable("taskrun", kapelle_model::Value::Map(run_of.into()));
    let properties = "apiKey: k\namount: 1\ncurrency: eur\ncustomer: c";
    run(&stage, "io.kestra.plugin.stripe.payment.CreateIntent", properties).await.unwrap();
    assert_eq!(server.last().header("idempotency-key"), Some("run1"));
}

#[tokio::test]
async fn what_a_service_could_not_do_is_a_failure() {
    for (name, properties, answers, reason) in [
        (
            "airbyte.connections.Sync",
            "url: URL\nconnectionId: c",
            &[r#"{"job":{"id":9}}"#, r#"{"job":{"id":9,"status":"failed"}}"#][..],
            "the job 9 of Airbyte is failed; its log is in Airbyte",
        ),
        (
            "dbt.cloud.CheckStatus",
            "baseUrl: URL\naccountId: '1'\ntoken: t\nrunId: '3'",
            &[r#"{"data":{"id":3,"is_error":true,"status_humanized":"Error","status_message":"no table"}}"#],
            "the run 3 of dbt Cloud is Error: no table",
        ),
    ] {
        let server = answering(answers);
        let properties = properties.replace("URL", &server.url(""));
        let broken =
            run(&stage(&server), &format!("io.kestra.plugin.{name}"), &properties).await.unwrap_err();
        assert_eq!(broken.failure.to_string(), reason);
    }
}

#[tokio::test]
async fn a_synchronisation_that_runs_already_is_left_to_itself() {
    let server = Server::start(|_| answer("409 Conflict", &[], "{}"));
    let properties = format!("url: {}\nconnectionId: c\n", server.url(""));
    let name = "io.kestra.plugin.airbyte.connections.Sync";
    let given = run(&stage(&server), name, &(properties.clone() + "failOnActiveSync: false")).await.unwrap();
    assert_eq!(shown(given), r#"{"alreadyRunning":true}"#);
    assert_eq!(server.requests().len(), 1);
    let broken = run(&stage(&server), name, &properties).await.unwrap_err();
    assert!(
        broken.failure.to_string().contains("runs already; `failOnActiveSync: false`"),
        "{}",
        broken.failure
    );
}

#[tokio::test]
async fn rows_that_are_in_a_file_are_sent_as_rows() {
    let flow = kapelle_model::Map::from_iter([("namespace".into(), kapelle_model::Value::from("team.a"))]);
    let server = answering(&["[]"]);
    let stage = stage(&server).variable("flow", kapelle_model::Value::Map(flow.into()));
    stage.memory().put_file("team.a", "rows.ion", b"{a:1}\n{a:2}\n");
    let properties = format!("url: {}\napiKey: k\ntable: t\ndata: nsfile:///rows.ion", server.url(""));
    run(&stage, "io.kestra.plugin.supabase.Insert", &properties).await.unwrap();
    assert_eq!(told(&server.last()), r#"POST /rest/v1/t [{"a":1},{"a":2}]"#);
}

#[tokio::test]
async fn what_dbt_wrote_is_kept_as_files() {
    let server = Server::start(|received| match received.line.as_str() {
        line if line.contains("run_results.json") => answer("200 OK", &[], r#"{"results":[]}"#),
        line if line.contains("manifest.json") => answer("404 Not Found", &[], "gone"),
        _ => answer("200 OK", &[], r#"{"data":{"id":3,"is_complete":true}}"#),
    });
    let stage = stage(&server);
    // Whether results are looked into changes nothing of it.
    for (name, more) in [("CheckStatus", "runId: '3'"), ("TriggerRun", "jobId: '2'\nparseRunResults: false")]
    {
        let properties = format!("baseUrl: {}\naccountId: '1'\ntoken: t\n{more}", server.url(""));
        let given = run(&stage, &format!("io.kestra.plugin.dbt.cloud.{name}"), &properties).await.unwrap();
        assert!(given.get("manifest").is_none());
        let Some(kapelle_model::Value::Str(uri)) = given.get("runResults") else { panic!("{given:?}") };
        assert_eq!(stage.content(uri.expose()), r#"{"results":[]}"#);
    }
}

#[tokio::test]
async fn rows_become_a_file() {
    let server = answering(&[
        r#"{"_scroll_id":"s1","hits":{"hits":[{"_source":{"x":1}},{"_source":{"x":"y"}}]}}"#,
        r#"{"_scroll_id":"s1","hits":{"hits":[]}}"#,
        "{}",
    ]);
    let stage = stage(&server);
    let properties =
        format!("connection: {{hosts: ['{}']}}\nindexes: [i]\nrequest: {{size: 2}}", server.url(""));
    let given = run(&stage, "io.kestra.plugin.elasticsearch.Scroll", &properties).await.unwrap();
    let asked: Vec<_> = server.requests().iter().map(told).collect();
    assert_eq!(
        asked,
        [
            r#"POST /i/_search?scroll=2m {"size":2}"#,
            r#"POST /_search/scroll {"scroll":"2m","scroll_id":"s1"}"#,
            r#"DELETE /_search/scroll {"scroll_id":"s1"}"#
        ]
    );
    let Some(kapelle_model::Value::Str(uri)) = given.get("uri") else { panic!("{given:?}") };
    assert_eq!(stage.content(uri.expose()), "{x:1}\n{x:\"y\"}\n");
    assert_eq!(given.get("size"), Some(&kapelle_model::Value::Int(2)));
    let odd = properties.replace("indexes: [i]", "fetchType: SOME");
    let broken = run(&stage, "io.kestra.plugin.elasticsearch.Search", &odd).await.unwrap_err();
    assert!(
        broken.failure.to_string().contains("`SOME` in the property `fetchType` does not fit"),
        "{}",
        broken.failure
    );
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_told_and_not_the_definition() {
    let server = answering(&[r#"{"message":"moved"}"#]);
    let properties = "oauthToken: t\nrepository: a/b\ntitle: x";
    let broken = run(&stage(&server), "io.kestra.plugin.github.issues.Create", properties).await.unwrap_err();
    assert_eq!(
        broken.failure.to_string(),
        "it was done, but the answer has nothing for the output `issueNumber`: {\"message\":\"moved\"}"
    );
}

#[tokio::test]
async fn a_file_is_sent_in_parts() {
    let rows = "{n:7,name:\"Ann\"}\n{n:8,name:\"Ben\"}\n{n:9,name:null}\n";
    let requests = "{\"delete\":{\"_index\":\"i\",\"_id\":\"1\"}}\n{\"index\":{\"_index\":\"i\"}}\n{\"delete\":1}\n\
                    {\"update\":{\"_id\":\"3\"}}\n{\"x\":1}\n{\"update\":{\"_id\":\"4\"}}\n{\"doc\":{\"x\":2}}\n";
    for (name, file, more, asked, size) in [
        (
            "elasticsearch.Load",
            rows,
            "index: i\nidKey: n\nchunk: 2\nrouting: r",
            &[
                "POST /_bulk?routing=r {\"index\":{\"_index\":\"i\",\"_id\":\"7\"}}\n{\"name\":\"Ann\"}\n\
                 {\"index\":{\"_index\":\"i\",\"_id\":\"8\"}}\n{\"name\":\"Ben\"}\n",
                "POST /_bulk?routing=r {\"index\":{\"_index\":\"i\",\"_id\":\"9\"}}\n{}\n",
            ][..],
            3,
        ),
        (
            "opensearch.Load",
            "{n:7}\n",
            "index: i\nidKey: n\nremoveIdKey: false\nopType: UPDATE",
            &["POST /_bulk {\"update\":{\"_index\":\"i\",\"_id\":\"7\"}}\n{\"doc\":{\"n\":7}}\n"],
            1,
        ),
        (
            "elasticsearch.Load",
            "{n:7}\n",
            "index: i\nidKey: n\nopType: DELETE",
            &["POST /_bulk {\"delete\":{\"_index\":\"i\",\"_id\":\"7\"}}\n"],
            1,
        ),
        ("elasticsearch.Load", "", "index: i", &[], 0),
        (
            "elasticsearch.Bulk",
            requests,
            "chunk: 3",
            &[
                "POST /_bulk {\"delete\":{\"_index\":\"i\",\"_id\":\"1\"}}\n{\"index\":{\"_index\":\"i\"}}\n{\"delete\":1}\n\
                 {\"update\":{\"_id\":\"3\"}}\n{\"doc\":{\"x\":1},\"doc_as_upsert\":true}\n",
                "POST /_bulk {\"update\":{\"_id\":\"4\"}}\n{\"doc\":{\"x\":2}}\n",
            ],
            4,
        ),
    ] {
        let server = Server::start(|_| answer("200 OK", &[], r#"{"errors":false,"items":[]}"#));
        let stage = stage(&server);
        let from = stage.put_file("rows", file.as_bytes());
        let properties = format!("connection: {{hosts: ['{}']}}\nfrom: {from}\n{more}", server.url(""));
        let given = run(&stage, &format!("io.kestra.plugin.{name}"), &properties).await.unwrap();
        assert_eq!(server.requests().iter().map(told).collect::<Vec<_>>(), asked, "{name}");
        assert_eq!(given.get("size"), Some(&kapelle_model::Value::Int(size)), "{name}");
    }
}

#[tokio::test]
async fn a_document_that_is_refused_ends_it() {
    let server = answering(&[
        r#"{"errors":true,"items":[{"index":{"_index":"i","_id":"1","status":201}},{"index":{"_index":"i","_id":"2","status":400,"error":{"type":"x","reason":"no date"}}}]}"#,
    ]);
    let stage = stage(&server);
    let from = stage.put_file("rows.ion", b"{n:1}\n{n:2}\n");
    let properties = format!("connection: {{hosts: ['{}']}}\nfrom: {from}\nindex: i", server.url(""));
    let broken = run(&stage, "io.kestra.plugin.elasticsearch.Load", &properties).await.unwrap_err();
    assert_eq!(broken.failure.to_string(), "the server refused documents: i/2: 400 - no date");
}

#[tokio::test]
async fn a_document_that_is_not_there_is_nothing_or_a_failure() {
    let server = Server::start(|_| answer("404 Not Found", &[], r#"{"found":false}"#));
    let properties = format!("connection: {{hosts: ['{}']}}\nindex: i\nkey: k\n", server.url(""));
    let name = "io.kestra.plugin.elasticsearch.Get";
    assert_eq!(shown(run(&stage(&server), name, &properties).await.unwrap()), "{}");
    let broken = run(&stage(&server), name, &(properties + "errorOnMissing: true")).await.unwrap_err();
    assert_eq!(broken.failure.to_string(), "there is no document `k` in `i`");
}
