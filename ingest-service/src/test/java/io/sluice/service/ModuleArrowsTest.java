package io.sluice.service;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The one-way arrows between the modules: config &lt;- pipeline &lt;- {snapshot, incremental, lake} &lt;- service.
 * Each message says how to mend a violation.
 */
@AnalyzeClasses(packages = "io.sluice", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleArrowsTest {
    private static final String CONFIG = "io.sluice.config..";
    private static final String PIPELINE = "io.sluice.pipeline..";
    private static final String SNAPSHOT = "io.sluice.snapshot..";
    private static final String INCREMENTAL = "io.sluice.incremental..";
    private static final String LAKE = "io.sluice.lake..";
    private static final String SERVICE = "io.sluice.service..";
    private static final String TESTKIT = "io.sluice.testkit..";

    private static final String[] CONTAINER = {
        "io.quarkus..",
        "io.smallrye..",
        "org.eclipse.microprofile..",
        "jakarta.inject..",
        "jakarta.enterprise..",
        "jakarta.annotation..",
        "jakarta.ws.rs.."
    };

    @ArchTest
    static final ArchRule configKnowsNoOtherModule = noClasses()
            .that()
            .resideInAPackage(CONFIG)
            .should(dependOnClassesThat(ourClassesOutside(CONFIG)))
            .because("config is the root of all arrows: pass the value in, or move the type it needs down into config")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule pipelineKnowsConfigOnly = noClasses()
            .that()
            .resideInAPackage(PIPELINE)
            .should(dependOnClassesThat(ourClassesOutside(CONFIG, PIPELINE)))
            .because("pipeline holds the contracts that readers and writers implement: declare an interface here and"
                    + " implement it there")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule pipelineKnowsNoEngineAndNoLake = noClasses()
            .that()
            .resideInAnyPackage(CONFIG, PIPELINE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.debezium..",
                    "org.apache.kafka..",
                    "org.apache.iceberg..",
                    "org.apache.parquet..",
                    "org.apache.hadoop..",
                    "org.postgresql..")
            .because(
                    "the change model, the operators and the commit contract serve every source and every lake: keep the"
                            + " foreign type in snapshot, incremental or lake-writer, and hand over a ColumnBatch or a Position")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyTheServiceKnowsTracesAndMeters = noClasses()
            .that()
            .resideOutsideOfPackages(SERVICE, TESTKIT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.opentelemetry..", "io.micrometer..")
            .because("what is measured is measured around the contracts, in the service's package observe")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule snapshotSeesNoSibling = seesNoSibling(SNAPSHOT);

    @ArchTest
    static final ArchRule incrementalSeesNoSibling = seesNoSibling(INCREMENTAL);

    @ArchTest
    static final ArchRule lakeSeesNoSibling = seesNoSibling(LAKE);

    @ArchTest
    static final ArchRule debeziumStaysInIncremental = noClasses()
            .that()
            .resideInAnyPackage(SNAPSHOT, LAKE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.debezium..", "org.apache.kafka..")
            .because("only incremental talks to Debezium: translate its types there")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule icebergStaysInTheLake = noClasses()
            .that()
            .resideInAnyPackage(SNAPSHOT, INCREMENTAL)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.iceberg..", "org.apache.parquet..", "org.apache.hadoop..")
            .because("only lake-writer talks to Iceberg: hand it batches through the contracts in pipeline")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule containerOnlyInTheService = noClasses()
            .that(ourClassesOutside(SERVICE, "io.sluice.benchmarks.."))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CONTAINER)
            .because("below ingest-service everything is made by plain constructors, so that it also runs on a cluster:"
                    + " take what you need as a constructor argument and wire it with a producer in io.sluice.service")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule nothingShippedUsesTheTestkit = noClasses()
            .that(ourClassesOutside(TESTKIT, "io.sluice.benchmarks.."))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(TESTKIT)
            .because("testkit is for tests only: move the class that is needed into the module that needs it")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule testkitKnowsTheContractsOnly = noClasses()
            .that()
            .resideInAPackage(TESTKIT)
            .should(dependOnClassesThat(ourClassesOutside(CONFIG, PIPELINE, TESTKIT)))
            .because("the checker must share no code with what it checks: read the source and the lake independently")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule everyClassHasAModule = classes()
            .should()
            .resideInAnyPackage(
                    CONFIG, PIPELINE, SNAPSHOT, INCREMENTAL, LAKE, SERVICE, TESTKIT, "io.sluice.benchmarks..")
            .because(
                    "a package outside the modules' roots escapes these rules: move it below its module's root package")
            .allowEmptyShould(true);

    private static ArchRule seesNoSibling(String module) {
        return noClasses()
                .that()
                .resideInAPackage(module)
                .should(dependOnClassesThat(ourClassesOutside(CONFIG, PIPELINE, module)))
                .because(
                        "snapshot, incremental and lake-writer never see each other: put what they share into pipeline,"
                                + " or let ingest-service pass it")
                .allowEmptyShould(true);
    }

    private static DescribedPredicate<JavaClass> ourClassesOutside(String... packages) {
        return resideInAPackage("io.sluice..")
                .and(DescribedPredicate.not(resideInAnyPackage(packages)))
                .as("classes of this project outside " + String.join(", ", packages));
    }
}
