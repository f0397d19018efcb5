namespace AnomalyLine.Server.Tests.Browser;

/// <summary>Tests in a browser run one after another, after those that others' load would disturb.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class BrowserTests : ICollectionFixture<Chromium>
{
    public const string Name = "browser";
}
