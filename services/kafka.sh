# An Apache Kafka of one node. Its jars come from Maven Central and are kept for the next time.
packages="default-jre-headless maven"
version=3.9.1
start() {
    local jars="${XDG_CACHE_HOME:-$HOME/.cache}/kapelle/kafka-$version" port control data
    [ -e "$jars/complete" ] || fetch "$jars" || cannot "the jars of Kafka cannot be fetched: see $PWD/log"
    port=$(port) control=$(port) data=$PWD/data
    cat >server.properties <<P
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$control
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$control
advertised.listeners=PLAINTEXT://127.0.0.1:$port
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs=$data
num.partitions=3
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
P
    local java=(java -Xmx512m -cp "$jars/*")
    "${java[@]}" kafka.tools.StorageTool format -t a2FwZWxsZS1rYWZrYS10ZQ -c server.properties >>log 2>&1 || cannot "its folder cannot be made: $(tail -1 log)"
    daemon "${java[@]}" kafka.Kafka server.properties
    await grep -q "Kafka Server started" log
    address "127.0.0.1:$port"
}
fetch() {
    mkdir -p "$1" && cat >pom.xml <<P
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>kapelle</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$version</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
</dependencies></project>
P
    mvn -q -B dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$1" >>log 2>&1 && touch "$1/complete"
}
