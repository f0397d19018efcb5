using System.CommandLine;
using System.Globalization;
using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Commands;

/// <summary>The verbs of `anomalyline stations` about the recipes of a station.</summary>
internal static class StationRecipeCommands
{
    public static Option<string> Product() => new("--product")
    {
        Description = "The product; the default recipe, for parts without one, where it is left out.",
        DefaultValueFactory = _ => "",
        HelpName = "ID",
    };

    public static Option<string> Reason(string description) => new("--reason")
    {
        Description = description,
        DefaultValueFactory = _ => "",
        HelpName = "TEXT"
    };

    public static Option<int?> Expected() => new("--expected-revision")
    {
        Description = "The product's revision that you know as the active one, 0 for none; if another one is active by now, nothing is changed.",
        HelpName = "N",
    };

    public static Command List(Output output)
    {
        var name = StationsCommand.Name();
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("recipes", "List all revisions of a station's recipes, newest first.") { name, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var request = new ListRecipesRequest { Station = parsed.GetRequiredValue(name) };
            var recipes = (await new RecipeService.RecipeServiceClient(channel).ListRecipesAsync(request, cancellationToken: cancel)).Recipes;
            if (parsed.GetValue(json)) output.WriteJson(new { recipes = recipes.Select(StationsCommand.Describe) });
            else TextTable.Write(output.Result, ["REVISION", "PRODUCT", "STATE", "MODEL", "THRESHOLD", "RESTORED FROM", "ACTIVATED", "BY", "REASON"],
                recipes.Select(Row));
            return ExitCode.Done;
        });
        return command;
    }

    public static Command Select(Output output)
    {
        var name = StationsCommand.Name();
        var product = new Option<string?>("--product") { Description = "A product that the station has a recipe for; '' for the default recipe.", HelpName = "ID" };
        var revision = new Option<int?>("--revision") { Description = "A revision that 'stations recipes' lists.", HelpName = "N" };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var reason = Reason("Why the revision comes back; kept with the new revision and in the audit. Needed with --revision.");
        var expected = Expected();
        var command = new Command("select", "Choose what frames without a product are judged by: a product, or an older revision.")
        {
            name, product, revision.Within(1, int.MaxValue), reason, expected.Within(0, int.MaxValue), server, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(revision) is not null
                && string.IsNullOrWhiteSpace(result.GetValue(reason))) result.AddError("--revision needs a --reason: say why it comes back.");
            if (result.GetValue(product) is null == result.GetValue(revision) is null) result.AddError("Give either --product or --revision.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var request = new SelectRecipeRequest { Station = parsed.GetRequiredValue(name), Reason = parsed.GetRequiredValue(reason) };
            if (parsed.GetValue(product) is { } id) request.ProductId = id;
            if (parsed.GetValue(revision) is { } number) request.Revision = (uint)number;
            if (parsed.GetValue(expected) is { } seen) request.ExpectedRevision = (uint)seen;
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var client = new RecipeService.RecipeServiceClient(channel);
            var before = (await client.ListRecipesAsync(new ListRecipesRequest { Station = request.Station }, cancellationToken: cancel)).Recipes;
            var recipe = (await client.SelectRecipeAsync(request, cancellationToken: cancel)).Recipe;
            return await TellAsync(output, recipe, parsed.GetValue(json),
                before.FirstOrDefault(row => row.Active && row.ProductId == recipe.ProductId));
        });
        return command;
    }

    public static Command Rollback(Output output)
    {
        var name = StationsCommand.Name();
        var product = Product();
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var reason = Reason("Why; kept with the new revision and in the audit.");
        reason.Required = true;
        reason.DefaultValueFactory = null;
        var expected = Expected();
        var command = new Command("rollback", "Bring back the recipe before the active one, as a new revision.")
        {
            name, product, reason, expected.Within(0, int.MaxValue), server, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var request = new RollbackRecipeRequest
            {
                Station = parsed.GetRequiredValue(name),
                ProductId = parsed.GetRequiredValue(product),
                Reason = parsed.GetRequiredValue(reason),
            };
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var client = new RecipeService.RecipeServiceClient(channel);
            var before = (await client.GetRecipeAsync(new GetRecipeRequest { Station = request.Station, ProductId = request.ProductId },
                cancellationToken: cancel)).Recipe;
            request.ExpectedRevision = (uint?)parsed.GetValue(expected) ?? before.Revision;
            var recipe = (await client.RollbackRecipeAsync(request, cancellationToken: cancel)).Recipe;
            return await TellAsync(output, recipe, parsed.GetValue(json), before);
        });
        return command;
    }

    public static Command Sensitivity(Output output)
    {
        var name = StationsCommand.Name();
        var value = new Argument<float>("value") { Description = "Shift of the threshold within the recipe's limit; 0.1 takes a tenth off, so that more is rejected; 0 for none." };
        var product = Product();
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var reason = Reason("Why; kept with the new revision and in the audit.");
        var expected = Expected();
        var command = new Command("sensitivity", "Shift the threshold of the active recipe, as a new revision.")
        {
            name, value, product, reason, expected.Within(0, int.MaxValue), server, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var request = new SetSensitivityRequest
            {
                Station = parsed.GetRequiredValue(name),
                ProductId = parsed.GetRequiredValue(product),
                Sensitivity = parsed.GetRequiredValue(value),
                Reason = parsed.GetRequiredValue(reason),
            };
            if (parsed.GetValue(expected) is { } seen) request.ExpectedRevision = (uint)seen;
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var recipe = (await new RecipeService.RecipeServiceClient(channel).SetSensitivityAsync(request, cancellationToken: cancel)).Recipe;
            return await TellAsync(output, recipe, parsed.GetValue(json));
        });
        return command;
    }

    /// <summary>Prints the recipe that is active now, and where it took the place of another one, which.</summary>
    public static async Task<int> TellAsync(Output output, Recipe recipe, bool json, Recipe? before = null)
    {
        var what = recipe.ProductId.Length == 0 ? "" : $" for product '{recipe.ProductId}'";
        if (json) output.WriteJson(StationsCommand.Describe(recipe));
        else await output.Result.WriteLineAsync($"{recipe.Station}: revision {recipe.Revision} is active{what}, {recipe.ModelVersion} at threshold {recipe.JudgedThreshold:G6}{From()}.");
        return ExitCode.Done;

        string From() => before is null || before.Revision == recipe.Revision ? ""
            : $", the values of revision {recipe.RestoredFrom}, in the place of revision {before.Revision}, {before.ModelVersion} at threshold {before.JudgedThreshold:G6}";
    }

    private static IReadOnlyList<string> Row(Recipe recipe) =>
    [
        $"{recipe.Revision}", recipe.ProductId, recipe.Active ? "active" : "", recipe.ModelVersion, $"{recipe.Threshold:G6}",
        recipe.RestoredFrom == 0 ? "" : $"{recipe.RestoredFrom}",
        recipe.ActivationTime?.ToDateTimeOffset().ToString("u", CultureInfo.InvariantCulture) ?? "",
        recipe.CreatedBy, recipe.Reason,
    ];
}
