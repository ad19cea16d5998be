# For other scripts to source: the Kotlin compiler, and what it makes of the bindings and android/core.
# They have gone to the project's root and set $target, the folder for all that is built.
kotlin=$target/kotlin
kotlin_home=$kotlin/node_modules/kotlin-compiler

# JetBrains' own distribution of the compiler, as npm carries it, the plugin of Compose with it.
kotlin_compiler() {
    local needed=() jar
    command -v java >/dev/null || needed+=(openjdk-17-jdk-headless)
    command -v npm >/dev/null || needed+=(npm)
    for jar in jna junit4 hamcrest-core; do
        [[ -e /usr/share/java/$jar.jar ]] || needed+=("${jar/hamcrest-core/libhamcrest-java}")
    done
    needed=("${needed[@]/#jna/libjna-java libjna-jni}")
    if [[ ${#needed[@]} -gt 0 ]]; then
        apt-get update --quiet
        # shellcheck disable=SC2068 # an entry may be two packages
        DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ${needed[@]}
    fi
    if [[ ! -d $kotlin_home ]]; then
        npm install --prefix "$kotlin" --ignore-scripts --no-audit --no-fund --silent kotlin-compiler@2.4.20
    fi
    local lib=$kotlin_home/lib
    class_path=/usr/share/java/jna.jar:$lib/kotlinx-coroutines-core-jvm.jar:$lib/kotlin-stdlib.jar
    test_path=$class_path:$lib/kotlin-test.jar:$lib/kotlin-test-junit.jar:/usr/share/java/junit4.jar:/usr/share/java/hamcrest-core.jar
}

# compile OUT CLASSPATH SOURCES... -- FLAGS...: only if a source, or classes of ours on the path, are newer.
compile() {
    local out=$1 path=$2 sources=() of=() part
    shift 2
    while [[ $# -gt 0 && $1 != -- ]]; do sources+=("$1") && shift; done
    shift
    IFS=: read -ra of <<< "$path"
    for part in "${!of[@]}"; do
        of[part]=${of[part]}/.done
        [[ -e ${of[part]} ]] || unset "of[part]"
    done
    if [[ ! -e $out/.done || -n $(find "${sources[@]}" "${of[@]}" -newer "$out/.done" -print -quit) ]]; then
        rm -rf "$out"
        mkdir -p "$out"
        touch "$out.begun"
        # bin/kotlinc is not executable as npm unpacks it, so it goes through bash. It does not run long enough for
        # the slower of Java's compilers to pay.
        JAVA_OPTS="-Xms256m -Xmx1g -XX:+UseSerialGC -XX:TieredStopAtLevel=1" bash "$kotlin_home/bin/kotlinc" -no-stdlib -jvm-target 17 "$@" -cp "$path" -d "$out" "${sources[@]}"
        # A source that changed meanwhile is newer than this.
        mv "$out.begun" "$out/.done"
    fi
}

# $kotlin/bindings and $kotlin/core: classes.
compile_core() {
    local generated=$target/bindings/kotlin/example/handfast/bindings/handfast.kt
    scripts/bindings >/dev/null
    # What is the same keeps its time, so that nothing is compiled again.
    cmp -s "$generated" "$kotlin/handfast.kt" || cp "$generated" "$kotlin/handfast.kt"
    # Generated code is not ours to tidy.
    compile "$kotlin/bindings" "$class_path" "$kotlin/handfast.kt" -- -nowarn
    compile "$kotlin/core" "$kotlin/bindings:$class_path" android/core/src/main/kotlin -- -Werror
}

# HANDFAST_PROGRAM: the program of the desktop, which tests talk to, with a home of its own.
program() {
    if [[ -z ${HANDFAST_PROGRAM:-} ]]; then
        cargo build --quiet --locked --workspace --all-features --bin handfast
        HANDFAST_PROGRAM=$PWD/$target/debug/handfast
    fi
    HANDFAST_HOME=$(realpath -m "$kotlin/home")
    export HANDFAST_HOME
    rm -rf "$HANDFAST_HOME"
}
