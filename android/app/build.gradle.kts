// The Android app: screens, camera, key store. scripts/test-android and scripts/android-apk do the same without
// Gradle, from the same catalog.
plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.kotlin.compose)
}

val root = layout.projectDirectory.dir("../..")
val libraries = layout.buildDirectory.dir("rust")

// cargo-ndk finds the NDK that Android Studio installed, aligns to pages of 16 KB, and puts each
// library where an APK wants it. The flags of .cargo/config.toml come with it.
val cargoNdk by tasks.registering(Exec::class) {
    description = "Builds the core for every phone."
    workingDir = root.asFile
    commandLine(
        "cargo", "ndk",
        "--platform", "29",
        "--target", "arm64-v8a", "--target", "armeabi-v7a", "--target", "x86_64",
        "--output-dir", libraries.get().asFile.path,
        "rustc", "--locked", "--profile", "phone", "-p", "handfast-core", "--lib",
        "--crate-type", "cdylib",
    )
    inputs.files(root.dir("core"), root.file("Cargo.lock"))
    outputs.dir(libraries)
}

// Google Play refuses libraries that a phone with pages of 16 KB cannot load.
val checkPages by tasks.registering(Exec::class) {
    description = "Checks that every library is aligned to pages of 16 KB."
    dependsOn(cargoNdk)
    workingDir = root.asFile
    commandLine("scripts/android/check-pages", libraries.get().asFile.path)
}

android {
    namespace = "example.handfast.app"
    compileSdk = 37 // several libraries want it

    defaultConfig {
        applicationId = "example.handfast.app"
        minSdk = 29
        targetSdk = 36
        versionCode = 1
        versionName = "0.1.0"
        // JNA brings its library for more processors than the core is built for.
        ndk.abiFilters += listOf("arm64-v8a", "armeabi-v7a", "x86_64")
        val linkHost = providers.gradleProperty("handfast.linkHost").get()
        manifestPlaceholders["linkHost"] = linkHost
        resValue("string", "link_host", linkHost)
        resValue("string", "link_base", "https://$linkHost/")
    }

    // The same names as scripts/android-apk takes. Without a key, what is built is not signed.
    providers.environmentVariable("HANDFAST_KEYSTORE").orNull?.let { keystore ->
        signingConfigs.create("release") {
            storeFile = file(keystore)
            storeType = "PKCS12"
            storePassword = providers.environmentVariable("HANDFAST_KEYSTORE_PASSWORD").get()
            keyAlias = providers.environmentVariable("HANDFAST_KEY").getOrElse("handfast")
            keyPassword = storePassword
        }
    }

    buildTypes {
        release {
            isMinifyEnabled = true
            proguardFiles("keep.pro")
            signingConfig = signingConfigs.findByName("release")
        }
    }

    buildFeatures {
        compose = true
        resValues = true
    }

    // Libraries speak eighty languages.
    androidResources.localeFilters += listOf("en", "de")

    // Robolectric draws with the app's own resources.
    testOptions.unitTests.isIncludeAndroidResources = true

    sourceSets["main"].jniLibs.srcDir(libraries)
    sourceSets["test"].kotlin.srcDir("../core/src/testFixtures/kotlin")

    // Stored, not compressed, so that the system maps them straight out of the APK.
    packaging.jniLibs.useLegacyPackaging = false
}

tasks.named("preBuild") {
    dependsOn(checkPages)
}

dependencies {
    implementation(project(":core"))
    implementation(libs.bundles.app)
    implementation(libs.jna) {
        artifact { type = "aar" }
    }
    testImplementation(libs.bundles.test)
}
