// Everything of the app that is not Android: plain Kotlin on the bindings, tested on the JVM against
// this machine's library. scripts/test-kotlin does the same without Gradle.
plugins {
    alias(libs.plugins.kotlin.jvm)
}

val root = layout.projectDirectory.dir("../..")

val bindings by tasks.registering(Exec::class) {
    description = "Builds the core for this machine and writes its Kotlin bindings."
    workingDir = root.asFile
    commandLine("scripts/bindings")
    inputs.files(root.dir("core"), root.file("Cargo.lock"), root.file("uniffi.toml"))
    outputs.dir(root.dir("target/bindings/kotlin"))
}

kotlin {
    jvmToolchain(17)
    sourceSets.main {
        kotlin.srcDir(bindings)
    }
    // What the tests of the app use as well.
    sourceSets.test {
        kotlin.srcDir("src/testFixtures/kotlin")
    }
}

dependencies {
    api(libs.coroutines)
    // The app brings JNA with its libraries for phones, the tests the one for this machine.
    compileOnly(libs.jna)
    testImplementation(libs.jna)
    testImplementation(libs.junit)
    testImplementation(libs.kotlin.test)
}

val program by tasks.registering(Exec::class) {
    description = "Builds the command line, which the tests talk to."
    workingDir = root.asFile
    commandLine("cargo", "build", "--locked", "-p", "handfast")
}

tasks.test {
    dependsOn(program)
    systemProperty("jna.library.path", root.dir("target/debug").asFile.path)
    systemProperty("handfast.program", root.file("target/debug/handfast").asFile.path)
}
