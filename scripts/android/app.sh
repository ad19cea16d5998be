# For other scripts to source, after scripts/kotlin.sh: the Android app by Google's own tools without Google's
# SDK. Everything is kept under target/android, and made again only where what it is made of has changed.
android=$PWD/$target/android
libraries=$android/libraries
app=android/app/src/main
namespace=example.handfast.app
min_sdk=29
target_sdk=36

# Android is the newest that this machine's Java can run: 16 wants Java 21.
android_java() {
    local home version
    jvm='' sdk=35
    for home in ${JAVA_HOME:+"$JAVA_HOME"} "$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")" /usr/lib/jvm/*; do
        [[ -x $home/bin/javac ]] || continue
        version=$("$home/bin/javac" -version 2>&1 | sed -E 's/javac ([0-9]+).*/\1/')
        [[ -n $jvm ]] || jvm=$home
        if [[ $version -ge 21 ]]; then
            jvm=$home sdk=36
            break
        fi
    done
    export JAVA_HOME=$jvm
}

# newer OUT INPUTS...: whether OUT is missing or an input has changed since.
newer() {
    local out=$1
    shift
    [[ ! -e $out || -n $(find "$@" -newer "$out" -print -quit) ]]
}

jars() {
    find "$@" -name '*.jar' | sort | paste -sd:
}

# fetched SETS...: the libraries, checked against the lock; an AAR unpacked, its resources compiled.
fetched() {
    if ! command -v aapt2 >/dev/null || ! command -v unzip >/dev/null; then
        apt-get update --quiet
        DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends aapt unzip
    fi
    python3 scripts/android/libraries.py fetch "$@"
    local of aar folder
    for of in "$@"; do
        newer "$libraries/$of.unpacked" "$libraries/$of.lock" || continue
        rm -rf "$android/aar/$of"
        mkdir -p "$android/aar/$of"
        for aar in "$libraries/$of"/*.aar; do
            [[ -e $aar ]] || continue
            folder=$android/aar/$of/$(basename "$aar" .aar)
            unzip -oq "$aar" -d "$folder"
            # A library for phones carries classes, and no two have the same name of file.
            [[ ! -e $folder/classes.jar ]] || mv "$folder/classes.jar" "$folder/$(basename "$aar" .aar).jar"
            if [[ -n $(find "$folder/res" -type f -print -quit 2>/dev/null) ]]; then
                aapt2 compile --dir "$folder/res" -o "$folder/res.flat.zip"
            fi
        done
        touch "$libraries/$of.unpacked"
    done
    android_jar=("$libraries/android-$sdk"/*android-all-[0-9]*.jar)
}

# What is on the path: the classes of a set's libraries.
class_files() {
    local of files=()
    for of in "$@"; do
        files+=("$libraries/$of"/*.jar)
        while IFS= read -r jar; do files+=("$jar"); done < <(find "$android/aar/$of" -name '*.jar' ! -name lint.jar | sort)
    done
    local IFS=:
    echo "${files[*]}"
}

# $android/framework.apk: Android's own resources.
framework() {
    newer "$android/framework.apk" scripts/android/framework.py "$libraries/android-$sdk.lock" || return 0
    python3 scripts/android/framework.py "${android_jar[0]}" "$android/framework.part"
    mv "$android/framework.part" "$android/framework.apk"
}

# linked NAME SETS...: $android/NAME.xml is the merged manifest, NAME.apk the resources, NAME.jar the classes R,
# NAME.pro what the manifest names of the classes.
linked() {
    local name=$1 of zip manifests=() flats=() packages link_host pseudo=(--pseudo-localize) languages=()
    shift
    for of in "$@"; do
        manifests+=("$android/aar/$of"/*/AndroidManifest.xml)
        while IFS= read -r zip; do flats+=(-R "$zip"); done < <(find "$android/aar/$of" -name res.flat.zip | sort)
    done
    # Libraries speak eighty languages; tests have all of them.
    if [[ $name == release ]]; then
        languages=(-c en,de) pseudo=()
    fi
    newer "$android/$name.jar" "$app/res" "$app/AndroidManifest.xml" android/gradle.properties scripts/android/app.sh \
        "${@/#/$libraries/}" || return 0
    rm -rf "${android:?}/$name.gen" "$android/$name.r" "$android/$name.res"
    mkdir -p "$android/$name.gen" "$android/$name.r" "$android/$name.res/values"
    link_host=$(sed -n 's/^handfast.linkHost=//p' android/gradle.properties)
    printf '<resources><string name="%s" translatable="false">%s</string><string name="%s" translatable="false">%s</string></resources>' \
        link_host "$link_host" link_base "https://$link_host/" > "$android/$name.res/values/link.xml"
    aapt2 compile --dir "$android/$name.res" -o "$android/$name.link.flat.zip"
    # Tests read the pseudo language that runs from right to left, and no person does.
    aapt2 compile "${pseudo[@]}" --dir "$app/res" -o "$android/$name.flat.zip"
    "$jvm/bin/java" -cp "$(jars "$libraries/merger")" com.android.manifmerger.Merger --main "$app/AndroidManifest.xml" \
        --libs "$(IFS=:; echo "${manifests[*]}")" --property "MIN_SDK_VERSION=$min_sdk" --property "TARGET_SDK_VERSION=$target_sdk" \
        --property "PACKAGE=$namespace" --placeholder "linkHost=$link_host" --remove-tools-declarations \
        --log WARNING --out "$android/$name.xml"
    packages=$(sed -n 's/.* package="\([^"]*\)".*/\1/p' "${manifests[@]}" | sort -u | paste -sd:)
    # Debian's aapt2 is older than <queries> and one part of Android's own table; both are left as they are.
    aapt2 link --warn-manifest-validation -I "$android/framework.apk" --manifest "$android/$name.xml" \
        --auto-add-overlay "${languages[@]}" "${flats[@]}" -R "$android/$name.flat.zip" \
        -R "$android/$name.link.flat.zip" --proguard "$android/$name.pro" --java "$android/$name.gen" \
        --extra-packages "$packages" --min-sdk-version "$min_sdk" --target-sdk-version "$target_sdk" \
        -o "$android/$name.apk" 2> >(grep -v -e "Unknown chunk type '200'" -e 'unexpected element <queries>' >&2)
    find "$android/$name.gen" -name R.java -print0 |
        xargs -0 "$jvm/bin/javac" -nowarn -proc:none --release 17 -d "$android/$name.r"
    "$jvm/bin/jar" cf "$android/$name.jar" -C "$android/$name.r" .
}

# $android/classes: the app. scripts/kotlin.sh has made android/core.
compile_app() {
    local path=$android/debug.jar:$PWD/$kotlin/core:$(class_files app):${android_jar[0]}
    compile "$android/classes" "$path" "$app/kotlin" -- -Werror "${compose[@]}"
    # Only the bridge may know the generated code.
    if grep -rln 'example\.handfast\.bindings' android/*/src/main --include='*.kt' | grep -v /bridge/; then
        echo "generated code is imported outside of the bridge" >&2
        return 1
    fi
}

r8() {
    "$jvm/bin/java" -Xmx3g -cp "$(jars "$libraries/r8")" "com.android.tools.r8.$1" "${@:2}"
}

# $kotlin/shrunk.jar: what R8 leaves of the bindings and JNA under the app's rules, for a JVM. Of android/core,
# whose functions the tests call, all but what a rule of the app names is kept. HANDFAST_WITHOUT_RULE: a rule of the
# app that is left out, to see that it is missed.
shrink_core() {
    local work=$kotlin/shrinking part of=() path=()
    mkdir -p "$work"
    for part in core bindings; do python3 scripts/android/pack.py jar "$work/$part.jar" "$kotlin/$part"; done
    IFS=: read -ra of <<< "${test_path#*:}"
    for part in "${of[@]}"; do path+=(--classpath "$part"); done
    {
        grep --invert-match --fixed-strings -- "${HANDFAST_WITHOUT_RULE:-no such rule}" android/app/keep.pro
        echo '-keep class !example.handfast.core.Key, example.handfast.core.** { *; }'
        echo '-keepattributes *Annotation*,Signature,InnerClasses,EnclosingMethod'
        # Annotations for the compiler only.
        echo '-dontwarn org.jetbrains.annotations.**'
    } > "$work/rules.pro"
    r8 R8 --classfile --release --lib "$jvm" "${path[@]}" --pg-conf "$work/rules.pro" \
        --output "$kotlin/shrunk.jar" "$work/core.jar" "$work/bindings.jar" "${class_path%%:*}"
}

# The API of Java 17: of a later one, phones have not everything.
compose=(-no-reflect -Xjdk-release=17 "-Xplugin=$kotlin_home/lib/compose-compiler-plugin.jar")
