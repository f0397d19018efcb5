using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace AnomalyLine.Architecture.Tests;

/// <summary>What deploy/ and the Dockerfile hand to a machine.</summary>
public sealed partial class DeploymentTests
{
    private const string Unit = "deploy/anomalyline.service";

    [Fact]
    public void Unit_RatedBySystemd_IsAtMostTwo()
    {
        Assert.SkipUnless(Programs.Has("systemd-analyze"), "systemd-analyze (Debian package systemd) is not on this machine.");

        var rating = Rating().Match(Programs.Run("systemd-analyze", "security", "--no-pager", "--offline=true", Unit));

        Assert.True(rating.Success);
        Assert.InRange(double.Parse(rating.Groups["level"].ValueSpan, CultureInfo.InvariantCulture), 0, 2);
    }

    [Theory]
    [InlineData("UMask=0077", "files of the server are its own")]
    [InlineData("CapabilityBoundingSet=", "it has no capability")]
    [InlineData("SystemCallFilter=@system-service", "it makes the system calls of a service alone")]
    [InlineData("MemoryMax=85%", "the kernel ends it before others")]
    [InlineData("LimitNOFILE=65536", "it has the open files that its limits need")]
    public void Unit_HasTheLine(string line, string because) => Assert.True(Repository.Read(Unit).Split('\n').Contains(line), $"{Unit} has no {line}, so that {because}.");

    [Fact]
    public void Dockerfile_CopiesWhatARestoreReads_OfEachProject()
    {
        var file = Repository.Read("Dockerfile");
        Rule.Holds("A project's file and its lock file are there before the restore.", Project.Product.SelectMany(project =>
            new[] { project.File, $"{Path.GetDirectoryName(project.File)}/packages.lock.json", $"{Path.GetDirectoryName(project.File)}/packages.gpu.lock.json" }).Where(name => !file.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void Health_OfImageAndCompose_IsAskedByTheCommand()
    {
        Assert.EndsWith(" CMD [\"anomalyline\", \"health\"]", Repository.Read("Dockerfile").Split('\n').Last(line => line.StartsWith("HEALTHCHECK", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("test: [\"CMD\", \"anomalyline\", \"health\"]", Repository.Read("deploy/compose.yaml"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("build/deb.sh")]
    [InlineData("deploy/debian/postinst")]
    [InlineData("deploy/debian/prerm")]
    [InlineData("deploy/debian/postrm")]
    public void Script_OfThePackages_IsOne(string script) => Assert.Empty(Programs.Run(Repository.Read(script).StartsWith("#!/bin/sh", StringComparison.Ordinal) ? "sh" : "bash", "-n", script));

    [Fact]
    public void Kubernetes_Image_IsOfThisRelease() => Assert.Contains(
        $"newTag: {XDocument.Parse(Repository.Read("Directory.Build.props")).Descendants("Version").Single().Value}\n", Repository.Read("deploy/kubernetes/base/kustomization.yaml"), StringComparison.Ordinal);

    [GeneratedRegex(@"Overall exposure level for \S+: (?<level>\d+\.\d+)")]
    private static partial Regex Rating();
}
