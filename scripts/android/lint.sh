# For scripts/test-android to source: Android's lint, with the checks that the libraries bring.

# A folder that looks like Google's SDK, as far as lint looks.
lint_home() {
    local platform=$android/home/platforms/android-$sdk
    mkdir -p "$platform"
    ln -sf "${android_jar[0]}" "$platform/android.jar"
    printf '%s\n' Pkg.Desc=Android "Platform.Version=$((sdk - 20))" Pkg.Revision=1 "AndroidVersion.ApiLevel=$sdk" \
        Layoutlib.Api=15 Layoutlib.Revision=1 > "$platform/source.properties"
}

# Lint reads Kotlin only from files that are named one by one.
lint_project() {
    local folder jar
    echo "<project><sdk dir='$android/home'/><root dir='$PWD/android'/>"
    echo "<module name='app' android='true' library='false' compile-sdk-version='$sdk'>"
    echo "<manifest file='app/src/main/AndroidManifest.xml'/><merged-manifest file='$android/release.xml'/>"
    echo "<resource file='app/src/main/res'/>"
    (cd android && find app/src/main/kotlin core/src/main/kotlin -name '*.kt' -printf "<src file='%p'/>\n" | sort)
    while IFS= read -r jar; do
        echo "<classpath jar='$jar'/>"
    done < <(class_files app | tr ':' '\n')
    echo "<classpath jar='$android/release.jar'/><classpath jar='$PWD/$kotlin/bindings'/>"
    for jar in "$android"/aar/app/*/lint.jar; do echo "<lint-checks jar='$jar'/>"; done
    echo "</module></project>"
}

lint() {
    fetched lint
    lint_home
    lint_project > "$android/lint.xml"
    "$jvm/bin/java" -XX:+UseSerialGC -Xmx2g -cp "$(jars "$libraries/lint")" com.android.tools.lint.Main \
        --project "$android/lint.xml" --config android/lint.xml --text stdout --offline --exitcode -Werror \
        --cache-dir "$android/lint.cache" --client-id cli --client-name handfast --client-version 1
}
