# For other scripts to source, after scripts/kotlin.sh: the Android app by Google's own tools without Google's
# SDK. Everything is kept under target/android, and made again only where what it is made of has changed.
android=$PWD/$target/android
libraries=$android/libraries
app=android/app/src/main
namespace=example.handfast.app
min_sdk=29

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
    android_jar=("$libraries/android-$sdk"/*android-all-[0-9]*.jar)
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

# Debian 12's own list of signatures is too old, so trixie's is asked, beside the system's apt.
trixie() {
    local folder=$android/apt mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    mkdir -p "$folder"/{lists/partial,cache/archives/partial}
    mirror=$(grep -rhoE 'https?://[^ ]*/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null |
        head -1 | tr -d ' ' || true)
    if [[ -z $mirror ]]; then
        echo "skipped: apt's settings name no mirror of Debian" >&2
        return 77
    fi
    printf 'deb [signed-by=%s] %s trixie main\n' "$keyring" "$mirror" > "$folder/sources.list"
    local options=(-q -o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$folder/lists" -o "Dir::Cache=$folder/cache" -o APT::Sandbox::User=root
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null)
    [[ -e $folder/updated ]] || { apt-get "${options[@]}" update && touch "$folder/updated"; }
    (cd "$folder" && apt-get "${options[@]}" "$@")
}

# $android/res.apk: Android's own resources.
framework_resources() {
    [[ ! -e $android/res.apk ]] || return 0
    mkdir -p "$android"
    trixie download android-framework-res
    dpkg-deb --fsys-tarfile "$android"/apt/android-framework-res_*.deb |
        tar xO --wildcards '*/framework-res.apk' > "$android/res.apk.part"
    mv "$android/res.apk.part" "$android/res.apk"
}

# linked NAME SETS...: $android/NAME.xml is the merged manifest, NAME.apk the resources, NAME.jar the classes R.
linked() {
    local name=$1 of manifests=() flats=() packages
    shift
    for of in "$@"; do
        manifests+=("$android/aar/$of"/*/AndroidManifest.xml)
        while IFS= read -r zip; do flats+=(-R "$zip"); done < <(find "$android/aar/$of" -name res.flat.zip | sort)
    done
    newer "$android/$name.jar" "$app/res" "$app/AndroidManifest.xml" scripts/android/app.sh \
        "${@/#/$libraries/}" || return 0
    rm -rf "${android:?}/$name.gen" "$android/$name.r"
    mkdir -p "$android/$name.gen" "$android/$name.r"
    # Tests read the pseudo language that runs from right to left, and no person does.
    local pseudo=()
    [[ $name == release ]] || pseudo=(--pseudo-localize)
    aapt2 compile "${pseudo[@]}" --dir "$app/res" -o "$android/$name.flat.zip"
    # Whether it may be debugged is a matter of the build.
    "$jvm/bin/java" -cp "$(jars "$libraries/merger")" com.android.manifmerger.Merger --main "$app/AndroidManifest.xml" \
        --libs "$(IFS=:; echo "${manifests[*]}")" --property "MIN_SDK_VERSION=$min_sdk" --property "TARGET_SDK_VERSION=36" \
        --property "PACKAGE=$namespace" --remove-tools-declarations \
        --log WARNING --out "$android/$name.xml"
    packages=$(sed -n 's/.* package="\([^"]*\)".*/\1/p' "${manifests[@]}" | sort -u | paste -sd:)
    # These resources are a preview of Android 14, which had no word for that type of service yet, and this
    # aapt2 knows no <queries>.
    sed 's/"shortService"/"dataSync"/; s/shortService|//; s/|shortService//' "$android/$name.xml" > "$android/$name.link.xml"
    aapt2 link --warn-manifest-validation -I "$android/res.apk" --manifest "$android/$name.link.xml" --auto-add-overlay \
        "${flats[@]}" -R "$android/$name.flat.zip" --java "$android/$name.gen" --extra-packages "$packages" \
        --min-sdk-version "$min_sdk" --target-sdk-version 36 -o "$android/$name.apk"
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

# The API of Java 17: of a later one, phones have not everything.
compose=(-no-reflect -Xjdk-release=17 "-Xplugin=$kotlin_home/lib/compose-compiler-plugin.jar")
